package io.github.glmjava.gguf;

import io.github.glmjava.tokenizer.HuggingFaceTokenizer;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TemplatePromptFormat;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.glm.ChatGlm3PromptFormat;
import io.github.glmjava.tokenizer.template.ChatTemplate;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokenizer of a GGUF file, as the file that the published model has: {@code tokenizer.json} for the byte pairs of GLM-4 and
 * later, {@code tokenizer.model} for the pieces of ChatGLM3.
 */
final class GgufTokenizer {
    static final String MODEL_KEY = "tokenizer.ggml.model";

    /** Names the kind of tokenizer that works with byte pairs. */
    static final String BYTE_PAIRS = "gpt2";

    static final String TOKENS_KEY = "tokenizer.ggml.tokens";
    static final String TYPES_KEY = "tokenizer.ggml.token_type";
    static final int MAX_TOKENS = 1 << 20;

    private static final String TEMPLATE_KEY = "tokenizer.chat_template";

    private final boolean byteLevel;
    private final byte[] content;
    private final @Nullable String template;

    /**
     * @param byteLevel which of the two files it is
     * @param content of that file
     * @param template the chat template; null if there is none
     */
    private GgufTokenizer(boolean byteLevel, byte[] content, @Nullable String template) {
        this.byteLevel = byteLevel;
        this.content = content;
        this.template = template;
    }

    /**
     * Reads the tokenizer; null if the file has none.
     *
     * @param vocabulary rows of the embedding
     * @throws CheckpointException if it is malformed, or of a kind that no GLM has
     */
    static @Nullable GgufTokenizer read(GgufMetadata metadata, long vocabulary) throws CheckpointException {
        if (!metadata.has(TOKENS_KEY)) {
            return null;
        }
        GgufVocabulary tokens = GgufVocabulary.read(metadata, (int) Math.min(vocabulary, MAX_TOKENS));
        return switch (metadata.text(MODEL_KEY)) {
            case BYTE_PAIRS ->
                new GgufTokenizer(
                        true,
                        GgufBytePairs.tokenizerJson(metadata, tokens),
                        metadata.has(TEMPLATE_KEY) ? metadata.text(TEMPLATE_KEY) : null);
            // What the original code writes differs from what its template says.
            case "llama" -> new GgufTokenizer(false, GgufPieces.tokenizerModel(metadata, tokens), null);
            default ->
                throw metadata.wrong(
                        MODEL_KEY, "gpt2, the byte pairs of GLM-4 and later, or llama, the pieces of ChatGLM3");
        };
    }

    /** Makes it ready for use. */
    PromptFormat promptFormat(Path file) throws TokenizerException {
        String name = file + ": tokenizer.ggml";
        if (!byteLevel) {
            return new ChatGlm3PromptFormat(SentencePieceTokenizer.parse(content, name));
        }
        return TemplatePromptFormat.of(
                HuggingFaceTokenizer.parse(content, name),
                template == null ? null : ChatTemplate.parse(template, file + ": " + TEMPLATE_KEY));
    }

    /** Writes the files of the published model. */
    void writeFiles(Path folder) throws IOException {
        Files.write(folder.resolve(byteLevel ? "tokenizer.json" : "tokenizer.model"), content);
        if (byteLevel) {
            ObjectNode config =
                    JsonMapper.shared().createObjectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
            if (template != null) {
                config.put("chat_template", template);
            }
            Files.write(
                    folder.resolve("tokenizer_config.json"), JsonMapper.shared().writeValueAsBytes(config));
        }
    }
}
