package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.json.JsonObject;
import io.github.glmjava.tokenizer.template.ChatTemplate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the chat template of a model folder. */
final class ChatTemplateFiles {
    private static final int MAX_TEMPLATE_BYTES = 1 << 20;
    private static final int MAX_CONFIG_BYTES = 16 << 20;
    private static final String FIELD = "chat_template";

    private ChatTemplateFiles() {}

    /** The template, or null if the folder has none. */
    static @Nullable ChatTemplate load(Path folder) throws IOException {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            byte[] source = BoundedFiles.read(file, MAX_TEMPLATE_BYTES);
            try {
                return ChatTemplate.parse(
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(source))
                                .toString(),
                        file.toString());
            } catch (CharacterCodingException e) {
                throw new TokenizerException(file + ": not valid UTF-8", e);
            }
        }
        Path config = folder.resolve("tokenizer_config.json");
        if (!Files.exists(config)) {
            return null;
        }
        String source = source(JsonObject.read(BoundedFiles.read(config, MAX_CONFIG_BYTES), config.toString()));
        return source == null ? null : ChatTemplate.parse(source, config + ": " + FIELD);
    }

    /** A template, or a list of templates with names of which one is the default. */
    private static @Nullable String source(JsonObject config) throws TokenizerException {
        if (!(config.get(FIELD) instanceof List<?>)) {
            return config.get(FIELD) == null ? null : config.text(FIELD);
        }
        for (JsonObject named : config.objects(FIELD)) {
            if (named.text("name").equals("default")) {
                return named.text("template");
            }
        }
        throw config.malformed(FIELD, "a list without a template of the name 'default'");
    }
}
