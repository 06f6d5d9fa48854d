package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.weights.CheckpointException;

/**
 * What the models that are part of transformers itself have in common: the fields of their {@code config.json} and the
 * names {@code model.layers.N.self_attn.q_proj.weight} and so on.
 */
final class NativeLayout {
    static final String LAYER = "model.layers.{layer}.";

    private NativeLayout() {}

    /** Whether the folder is of this {@code model_type} and of this dialect: the original GLM is a "glm" too. */
    static boolean is(ModelFolder folder, String modelType) throws CheckpointException {
        return folder.config().text("model_type").equals(modelType)
                && folder.config().has("rms_norm_eps");
    }

    /** The sizes, grouped attention, the rotary embedding and dense feed-forward networks. */
    static GlmConfig.Builder architecture(ConfigFields config) throws CheckpointException {
        config.requireText("hidden_act", "silu");
        config.requireUnset("rope_scaling");
        int hiddenSize = config.integer("hidden_size", 1, 1 << 20);
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        int groups = config.integer("num_key_value_heads", 1, heads, heads);
        if (heads % groups != 0) {
            throw config.wrong("num_key_value_heads", groups, "a divisor of num_attention_heads " + heads);
        }
        int headSize = config.integer("head_dim", 2, 1 << 12, hiddenSize / heads);
        return GlmConfig.builder()
                .vocabularySize(config.integer("vocab_size", 1, 1 << 24))
                .hiddenSize(hiddenSize)
                .layers(config.integer("num_hidden_layers", 1, 1 << 12))
                .contextLength(config.integer("max_position_embeddings", 1, 1 << 24))
                .attention(AttentionConfig.grouped(heads, groups, headSize)
                        .withBiases(config.flag("attention_bias", false), false))
                .rotary(rotary(config, headSize))
                .norm(norm(config))
                .feedForward(new FeedForwardConfig(config.integer("intermediate_size", 1, 1 << 22), false))
                .tiedHead(config.flag("tie_word_embeddings", false));
    }

    /** Norms in front of the sublayers. */
    static NormConfig norm(ConfigFields config) throws CheckpointException {
        return new NormConfig(config.positive("rms_norm_eps"));
    }

    /** The part of a head that turns, by {@code partial_rotary_factor}. */
    private static RotaryConfig rotary(ConfigFields config, int headSize) throws CheckpointException {
        double factor = config.positive("partial_rotary_factor", 0.5);
        int size = (int) (headSize * factor);
        if (factor > 1 || size % 2 != 0) {
            throw config.wrong(
                    "partial_rotary_factor", factor, "at most 1, and an even part of the " + headSize + " of a head");
        }
        return new RotaryConfig(size, config.positive("rope_theta", 10000));
    }

    /** The names outside the feed-forward networks. */
    static TensorNames.Builder names() {
        return TensorNames.builder()
                .name(TensorRole.EMBEDDING, "model.embed_tokens.weight")
                .name(TensorRole.ATTENTION_NORM, LAYER + "input_layernorm.weight")
                .name(
                        TensorRole.QUERY_KEY_VALUE,
                        LAYER + "self_attn.q_proj.weight",
                        LAYER + "self_attn.k_proj.weight",
                        LAYER + "self_attn.v_proj.weight")
                .name(TensorRole.ATTENTION_OUTPUT, LAYER + "self_attn.o_proj.weight")
                .name(TensorRole.FEED_FORWARD_NORM, LAYER + "post_attention_layernorm.weight")
                .name(TensorRole.DOWN, LAYER + "mlp.down_proj.weight")
                .name(TensorRole.FINAL_NORM, "model.norm.weight")
                .name(TensorRole.HEAD, "lm_head.weight");
    }
}
