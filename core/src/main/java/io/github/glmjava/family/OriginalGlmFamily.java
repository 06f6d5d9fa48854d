package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The original GLM, which fills blanks (Du et al. 2022; modeling_glm.py of THUDM/glm-large-chinese). */
final class OriginalGlmFamily implements ModelFamily {
    private static final String LAYER = "transformer.layers.{layer}.";

    /** The code's default, which no configuration changes. */
    private static final double EPSILON = 1e-5;

    @Override
    public String name() {
        return "GLM (blank filling)";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return folder.config().text("model_type").equals("glm")
                && folder.config().has("block_position_encoding");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws IOException {
        if (!config.flag("block_position_encoding", true)) {
            throw config.wrong("block_position_encoding", false, "true: the other value is not supported");
        }
        config.require("relative_encoding", false);
        config.require("output_predict", true);
        config.requireNumber("attention_scale", 1);
        config.text("pool_token"); // of the encoder's summary and of
        config.text("spell_func"); // spelled words, neither of which is logits
        config.requireUnset("spell_length");
        int vocabulary = config.integer("vocab_size", 1, 1 << 24);
        int hiddenSize = config.integer("hidden_size", 1, 1 << 20);
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        if (hiddenSize % heads != 0) {
            throw config.wrong("hidden_size", hiddenSize, "a multiple of num_attention_heads " + heads);
        }
        int longest = config.integer("max_sequence_length", 1, 1 << 20);
        GlmConfig architecture = GlmConfig.builder()
                .vocabularySize(vocabulary)
                .hiddenSize(hiddenSize)
                .layers(config.integer("num_layers", 1, 1 << 12))
                .contextLength(longest)
                .attention(AttentionConfig.grouped(heads, heads, hiddenSize / heads)
                        .withBiases(true, true))
                .rotary(RotaryConfig.none())
                .norm(new NormConfig(NormConfig.Kind.MEAN_AND_VARIANCE, EPSILON))
                .feedForward(new FeedForwardConfig(4 * hiddenSize, FeedForwardConfig.Activation.GELU, true))
                .tiedHead(true)
                .learnedPositions(longest + 1)
                .blank(OriginalGlmFiles.of(config).blank()) // the numbers of its tokens are not in config.json
                .build();
        config.requireKnown();
        return architecture;
    }

    @Override
    public TensorNames tensorNames() {
        return TensorNames.builder()
                .name(TensorRole.EMBEDDING, "word_embeddings.weight")
                .name(TensorRole.POSITION_EMBEDDING, "transformer.position_embeddings.weight")
                .name(TensorRole.BLANK_POSITION_EMBEDDING, "transformer.block_position_embeddings.weight")
                .name(TensorRole.ATTENTION_NORM, LAYER + "input_layernorm.weight")
                .name(TensorRole.QUERY_KEY_VALUE, LAYER + "attention.query_key_value.weight")
                .name(TensorRole.ATTENTION_OUTPUT, LAYER + "attention.dense.weight")
                .name(TensorRole.FEED_FORWARD_NORM, LAYER + "post_attention_layernorm.weight")
                .name(TensorRole.UP, LAYER + "mlp.dense_h_to_4h.weight")
                .name(TensorRole.DOWN, LAYER + "mlp.dense_4h_to_h.weight")
                .name(TensorRole.FINAL_NORM, "transformer.final_layernorm.weight")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        return OriginalGlmFiles.of(folder.config()).promptFormat();
    }
}
