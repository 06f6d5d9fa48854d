package io.github.glmjava.family;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    /** Reads the files. */
    public static ModelFolder read(Path path) throws IOException {
        Path tokenizerConfig = path.resolve("tokenizer_config.json");
        return new ModelFolder(
                path,
                ConfigFields.read(path.resolve("config.json")),
                Files.exists(tokenizerConfig) ? ConfigFields.read(tokenizerConfig) : null);
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
