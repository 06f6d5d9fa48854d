package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Reads one file of a checkpoint, whole or a shard. */
@FunctionalInterface
interface FileReader {
    /**
     * Maps a file.
     *
     * @param arena keeps the file mapped, on failure too, until it is closed
     */
    FileContents map(Path file, Arena arena) throws IOException;
}
