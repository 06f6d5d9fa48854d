package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.BlankConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.glm.ChatGlmPromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ChatGLM-6B, the first one (THUDM/chatglm-6b, modeling_chatglm.py), in both numberings of its vocabulary. */
final class ChatGlmFamily implements ModelFamily {
    private static final String LAYER = "transformer.layers.{layer}.";

    /** The code's blocks scale by {@code sqrt(2 * 28)} whatever {@code num_layers} says. */
    private static final double CARRIED_SCALE = Math.sqrt(2 * 28);

    /** In both numberings the special tokens follow one another like this. */
    private static final int MASK_BEFORE_START = 4;

    private static final int GMASK_BEFORE_START = 3;

    /** Before the pieces of the tokenizer's file, where {@code tokenizer_config.json} does not say it: its code's default. */
    private static final int IMAGE_TOKENS = 20_000;

    @Override
    public String name() {
        return "ChatGLM";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return folder.config().text("model_type").equals(RemoteCodeFamily.MODEL_TYPE)
                && folder.config().has("inner_hidden_size");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        if (!config.flag("position_encoding_2d", true)) {
            throw config.wrong("position_encoding_2d", false, "true: the other value is not supported");
        }
        config.requireUnset("quantization_embeddings");
        RemoteCodeFamily.checkPrefix(config);
        RemoteCodeFamily.checkQuantization(config);
        int vocabulary = config.integer("vocab_size", 1, 1 << 24);
        int hiddenSize = config.integer("hidden_size", 1, 1 << 20);
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        if (hiddenSize % (4 * heads) != 0) {
            throw config.wrong("hidden_size", hiddenSize, "a multiple of 4 for each of " + heads + " heads");
        }
        int headSize = hiddenSize / heads;
        GlmConfig architecture = GlmConfig.builder()
                .vocabularySize(vocabulary)
                .hiddenSize(hiddenSize)
                .layers(config.integer("num_layers", 1, 1 << 12))
                .contextLength(config.integer("max_sequence_length", 1, 1 << 24))
                .attention(AttentionConfig.grouped(heads, heads, headSize)
                        .withOrder(AttentionConfig.Order.BY_HEAD)
                        .withBiases(true, true))
                .rotary(new RotaryConfig(headSize / 2, 10000, 1, RotaryConfig.Pairing.HALVES, 2, true))
                .norm(new NormConfig(NormConfig.Kind.MEAN_AND_VARIANCE, config.positive("layernorm_epsilon"))
                        .withCarriedScale(CARRIED_SCALE))
                .feedForward(new FeedForwardConfig(
                        config.integer("inner_hidden_size", 1, 1 << 22), FeedForwardConfig.Activation.GELU_TANH, true))
                .blank(blank(config, vocabulary))
                .build();
        config.requireKnown();
        return architecture;
    }

    /** {@code [gMASK]} counts, and {@code [MASK]} only where there is none. */
    private static BlankConfig blank(ConfigFields config, int vocabulary) throws CheckpointException {
        int start = config.integer("bos_token_id", MASK_BEFORE_START, vocabulary - 1);
        int mask = config.integer("mask_token_id", 0, vocabulary - 1, start - MASK_BEFORE_START);
        int globalMask = config.integer("gmask_token_id", 0, vocabulary - 1, start - GMASK_BEFORE_START);
        return new BlankConfig(start, List.of(), List.of(List.of(globalMask), List.of(mask)), false);
    }

    @Override
    public TensorNames tensorNames() {
        return TensorNames.builder()
                .name(TensorRole.EMBEDDING, "transformer.word_embeddings.weight")
                .name(TensorRole.ATTENTION_NORM, LAYER + "input_layernorm.weight")
                .name(TensorRole.QUERY_KEY_VALUE, LAYER + "attention.query_key_value.weight")
                .name(TensorRole.ATTENTION_OUTPUT, LAYER + "attention.dense.weight")
                .name(TensorRole.FEED_FORWARD_NORM, LAYER + "post_attention_layernorm.weight")
                .name(TensorRole.UP, LAYER + "mlp.dense_h_to_4h.weight")
                .name(TensorRole.DOWN, LAYER + "mlp.dense_4h_to_h.weight")
                .name(TensorRole.FINAL_NORM, "transformer.final_layernorm.weight")
                .name(TensorRole.HEAD, "lm_head.weight")
                .ignore("rotary_emb.inv_freq")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        Path file = folder.path().resolve("ice_text.model");
        if (!Files.exists(file)) {
            return null;
        }
        ConfigFields settings = folder.tokenizerConfig();
        int imageTokens = settings == null
                ? IMAGE_TOKENS
                : settings.integer(
                        "num_image_tokens", 0, folder.config().integer("vocab_size", 1, 1 << 24), IMAGE_TOKENS);
        ChatGlmPromptFormat format;
        try {
            format = new ChatGlmPromptFormat(SentencePieceTokenizer.load(file), imageTokens);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": not the tokenizer of ChatGLM-6B: " + e.getMessage(), e);
        }
        int start = format.tokenizer().specialId("<sop>");
        if (start != folder.config().integer("bos_token_id", 0, 1 << 24)) {
            throw folder.config()
                    .wrong(
                            "bos_token_id",
                            folder.config().integer("bos_token_id", 0, 1 << 24),
                            start + ", which is <sop> of " + file.getFileName() + " after " + imageTokens
                                    + " image tokens (num_image_tokens of tokenizer_config.json, " + IMAGE_TOKENS
                                    + " if absent)");
        }
        return format;
    }
}
