package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.weights.CheckpointException;

/**
 * What ChatGLM2, ChatGLM3 and GLM-4-9B have in common: the network of {@code modeling_chatglm.py} as published with each
 * of them, {@code model_type} "chatglm" and the fields of its {@code ChatGLMConfig}.
 */
abstract class RemoteCodeFamily implements ModelFamily {
    static final String MODEL_TYPE = "chatglm";

    private static final double ROTARY_BASE = 10000;

    private static final String LAYER = "transformer.encoder.layers.{layer}.";

    /** Whether the fields are of this dialect at all: ChatGLM-6B has the same {@code model_type} and none of them. */
    static boolean isDialect(ConfigFields config) throws CheckpointException {
        return config.text("model_type").equals(MODEL_TYPE) && config.has("padded_vocab_size");
    }

    /** Whether {@code rope_ratio} divides the positions instead of multiplying the base of the frequencies. */
    boolean interpolatesPositions() {
        return false;
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        config.require("rmsnorm", true);
        config.require("post_layer_norm", true);
        config.require("apply_residual_connection_post_layernorm", false);
        config.require("original_rope", true);
        config.require("tie_word_embeddings", false);
        config.require("interleaved_qkv", false);
        config.requireNumber("rotary_percent", 0.5);
        checkQuantization(config);
        checkPrefix(config);
        int vocabulary = config.integer("padded_vocab_size", 1, 1 << 24);
        config.integer("vocab_size", 1, vocabulary, vocabulary);
        int hiddenSize = config.integer("hidden_size", 1, 1 << 20);
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        int headSize = config.integer("kv_channels", 4, 1 << 12);
        if (headSize % 4 != 0) {
            throw config.wrong("kv_channels", headSize, "a multiple of 4: half of a head is rotated in pairs");
        }
        int groups =
                config.flag("multi_query_attention", false) ? config.integer("multi_query_group_num", 1, heads) : heads;
        if (heads % groups != 0) {
            throw config.wrong("multi_query_group_num", groups, "a divisor of num_attention_heads " + heads);
        }
        double ratio = config.positive("rope_ratio", 1);
        boolean interpolated = interpolatesPositions();
        boolean linearBias = config.flag("add_bias_linear", false);
        GlmConfig architecture = GlmConfig.builder()
                .vocabularySize(vocabulary)
                .hiddenSize(hiddenSize)
                .layers(layers(config))
                .contextLength(config.integer("seq_length", 1, 1 << 24))
                .attention(AttentionConfig.grouped(heads, groups, headSize)
                        .withBiases(config.flag("add_qkv_bias", false) || linearBias, linearBias))
                .rotary(new RotaryConfig(
                                headSize / 2, ROTARY_BASE * (interpolated ? 1 : ratio), RotaryConfig.Pairing.NEIGHBOURS)
                        .withPositionScale(interpolated ? ratio : 1))
                .norm(new NormConfig(NormConfig.Kind.ROOT_MEAN_SQUARE, config.positive("layernorm_epsilon")))
                .feedForward(new FeedForwardConfig(
                        config.integer("ffn_hidden_size", 1, 1 << 22), FeedForwardConfig.Activation.SWIGLU, linearBias))
                .build();
        config.requireKnown();
        return architecture;
    }

    /** The bits of THUDM's own quantised releases. */
    static void checkQuantization(ConfigFields config) throws CheckpointException {
        int bits = config.integer("quantization_bit", 0, Integer.MAX_VALUE, 0);
        if (bits != 0 && bits != 4 && bits != 8) {
            throw config.wrong("quantization_bit", bits, "0, 4, 8 or absent");
        }
    }

    /** Where the prefix is read, {@link PrefixReader} looks closer. */
    static void checkPrefix(ConfigFields config) throws CheckpointException {
        config.integer("pre_seq_len", 0, Integer.MAX_VALUE, 0);
        config.flag("prefix_projection", false);
    }

    /** Two fields say it, of which the code reads the first. */
    private static int layers(ConfigFields config) throws CheckpointException {
        int layers = config.integer("num_layers", 1, 1 << 12);
        config.integer("num_hidden_layers", layers, layers, layers);
        return layers;
    }

    @Override
    public TensorNames tensorNames() {
        return TensorNames.builder()
                .name(TensorRole.EMBEDDING, "transformer.embedding.word_embeddings.weight")
                .name(TensorRole.ATTENTION_NORM, LAYER + "input_layernorm.weight")
                .name(TensorRole.QUERY_KEY_VALUE, LAYER + "self_attention.query_key_value.weight")
                .name(TensorRole.ATTENTION_OUTPUT, LAYER + "self_attention.dense.weight")
                .name(TensorRole.FEED_FORWARD_NORM, LAYER + "post_attention_layernorm.weight")
                .name(TensorRole.GATE_AND_UP, LAYER + "mlp.dense_h_to_4h.weight")
                .name(TensorRole.DOWN, LAYER + "mlp.dense_4h_to_h.weight")
                .name(TensorRole.FINAL_NORM, "transformer.encoder.final_layernorm.weight")
                .name(TensorRole.HEAD, "transformer.output_layer.weight")
                .ignore("rotary_pos_emb.inv_freq")
                .ignore("prefix_encoder.embedding.weight")
                .ignore("prefix_encoder.trans.0.weight")
                .ignore("prefix_encoder.trans.0.bias")
                .ignore("prefix_encoder.trans.2.weight")
                .ignore("prefix_encoder.trans.2.bias")
                .build();
    }
}
