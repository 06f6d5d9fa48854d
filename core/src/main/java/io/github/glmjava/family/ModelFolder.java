package io.github.glmjava.family;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small files of a model folder.
 *
 * @param path the folder
 * @param config {@code config.json}
 * @param tokenizerConfig {@code tokenizer_config.json}, or null if there is none
 */
public record ModelFolder(
        Path path, ConfigFields config, @Nullable ConfigFields tokenizerConfig) {
    /** The ids of tokens that are not in the tokenizer's own file, by name. */
    static final String ADDED_TOKENS = "added_tokens.json";

    /** Reads the files. */
    public static ModelFolder read(Path path) throws IOException {
        return read(path, Map.of());
    }

    /**
     * Reads the files.
     *
     * @param specialTokens ids of special tokens by name, where the folder has no {@code added_tokens.json}
     */
    public static ModelFolder read(Path path, Map<String, Integer> specialTokens) throws IOException {
        ConfigFields config = ConfigFields.read(path.resolve("config.json"));
        config.standIn(ADDED_TOKENS, specialTokens);
        Path tokenizerConfig = path.resolve("tokenizer_config.json");
        return new ModelFolder(path, config, Files.exists(tokenizerConfig) ? ConfigFields.read(tokenizerConfig) : null);
    }

    /** Whether the fields by which a published model tells where it comes from mention a word (in lower case). */
    boolean comesFrom(String word) {
        return config.mentions("_name_or_path", word)
                || config.mentions("auto_map", word)
                || (tokenizerConfig != null
                        && (tokenizerConfig.mentions("name_or_path", word)
                                || tokenizerConfig.mentions("auto_map", word)));
    }
}
