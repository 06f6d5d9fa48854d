package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps files, and knows what may lie in the place of any of them. */
final class MappedFile {
    /** How a file begins that stands for one not yet fetched by Git LFS. */
    private static final byte[] GIT_LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

    /** What to do about such a file. */
    static final String GIT_LFS_ADVICE =
            "this is a Git LFS pointer in place of the weights; fetch them with 'git lfs pull'";

    private MappedFile() {}

    /**
     * All bytes of a file, read-only.
     *
     * @param arena keeps the file mapped until it is closed
     */
    static MemorySegment map(Path path, Arena arena) throws IOException {
        // Opening a pipe would wait for a writer.
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(
                    path + ": expected a file, found " + (Files.exists(path) ? "something else" : "nothing"));
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    static boolean isGitLfsPointer(MemorySegment file) {
        return startsWith(file, GIT_LFS_POINTER);
    }

    static boolean startsWith(MemorySegment file, byte[] beginning) {
        return file.byteSize() >= beginning.length
                && file.asSlice(0, beginning.length).mismatch(MemorySegment.ofArray(beginning)) < 0;
    }
}
