package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file so that its name never stands for half of it: under another name in the same folder, then renamed. */
final class AtomicFile {
    /** Writes the content. */
    interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /** Replaces a file that is there already. On failure it stays as it was. */
    static void write(Path file, Content content) throws IOException {
        Path fileName = file.getFileName();
        if (fileName == null) {
            throw new IllegalArgumentException(file + " is not the path of a file");
        }
        Path partial = file.resolveSibling("." + fileName + "." + UUID.randomUUID() + ".partial");
        try {
            // Not Files.createTempFile, whose files nobody but the owner may read.
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(out);
                // Otherwise a crash of the system could leave the new name with lost content.
                out.force(true);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
