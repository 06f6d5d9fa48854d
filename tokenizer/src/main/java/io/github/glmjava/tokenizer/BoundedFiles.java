package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a whole file, but never more of it than a limit. */
final class BoundedFiles {
    private BoundedFiles() {}

    static byte[] read(Path file, int limit) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new TokenizerException(file + ": more than " + limit + " bytes, which no tokenizer file has");
            }
            return content;
        }
    }
}
