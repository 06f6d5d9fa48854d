package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.BlankConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.HuggingFaceTokenizer;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.glm.OriginalGlmPromptFormat;
import io.github.glmjava.tokenizer.glm.OriginalGlmTokenizer;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The original GLM, which fills blanks (Du et al. 2022; modeling_glm.py of THUDM/glm-large-chinese). */
final class OriginalGlmFamily implements ModelFamily {
    private static final String LAYER = "transformer.layers.{layer}.";

    /** The code's default, which no configuration changes. */
    private static final double EPSILON = 1e-5;

    private static final String START = "<|startofpiece|>";
    private static final String END_OF_TEXT = "<|endoftext|>";
    private static final List<String> ENDS = List.of("<|endofpiece|>", END_OF_TEXT);
    private static final List<String> MASKS = List.of("[MASK]", "[sMASK]", "[gMASK]");

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
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
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
                .blank(blank(config, vocabulary))
                .build();
        config.requireKnown();
        return architecture;
    }

    /** The tokenizer's own numbers, which {@code config.json} does not have. */
    private static BlankConfig blank(ConfigFields config, int vocabulary) throws CheckpointException {
        ConfigFields tokens = config.beside(ModelFolder.ADDED_TOKENS);
        List<Integer> masks = known(tokens, MASKS, vocabulary);
        if (masks.isEmpty()) {
            throw new CheckpointException(
                    tokens.file() + ": expected the id of one or more of " + MASKS + ", found none");
        }
        return new BlankConfig(
                tokens.integer(START, 0, vocabulary - 1), known(tokens, ENDS, vocabulary), List.of(masks), true);
    }

    private static List<Integer> known(ConfigFields tokens, List<String> names, int vocabulary)
            throws CheckpointException {
        List<Integer> ids = new ArrayList<>();
        for (String name : names) {
            if (tokens.has(name)) {
                ids.add(tokens.integer(name, 0, vocabulary - 1));
            }
        }
        return ids;
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
        Path pieces = folder.path().resolve("cog-pretrain.model");
        Path vocabularyFile = folder.path().resolve("vocab.json");
        Path merges = folder.path().resolve("merges.txt");
        boolean chinese = Files.exists(pieces);
        if (!chinese && !(Files.exists(vocabularyFile) && Files.exists(merges))) {
            return null;
        }
        ConfigFields tokens = folder.config().beside(ModelFolder.ADDED_TOKENS);
        int vocabulary = folder.config().integer("vocab_size", 1, 1 << 24);
        Map<String, Integer> specialTokens = new HashMap<>();
        for (String name : tokens.names()) {
            specialTokens.put(name, tokens.integer(name, 0, vocabulary - 1));
        }
        Tokenizer file;
        if (chinese) {
            file = SentencePieceTokenizer.load(pieces);
        } else {
            HuggingFaceTokenizer gpt2 = HuggingFaceTokenizer.loadGpt2(vocabularyFile, merges);
            if (gpt2.id(END_OF_TEXT) >= 0) {
                specialTokens.putIfAbsent(END_OF_TEXT, gpt2.id(END_OF_TEXT)); // it is GPT-2's own
            }
            file = gpt2;
        }
        try {
            return new OriginalGlmPromptFormat(new OriginalGlmTokenizer(file, specialTokens));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(tokens.file() + ": " + e.getMessage(), e);
        }
    }
}
