package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/**
 * A GGUF file (ggml-org/ggml, {@code docs/gguf.md}), memory-mapped: tensors under the names of that format, and the
 * metadata that describe the model and its tokenizer. Immutable and safe for use by many threads.
 */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final GgufMetadata metadata;
    private final Map<String, StoredTensor> tensors;

    private GgufFile(Path path, Arena arena, GgufParser.Contents contents) {
        this.path = path;
        this.arena = arena;
        metadata = contents.metadata();
        tensors = Collections.unmodifiableMap(contents.tensors());
    }

    /** Whether a file is one of these by its name. */
    public static boolean isGguf(Path path) {
        return path.toString().endsWith(".gguf");
    }

    /**
     * Opens a file.
     *
     * @throws CheckpointException if it is malformed or has tensors of a type that is not supported
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    public static GgufFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = MappedFile.map(path, arena);
            return new GgufFile(path, arena, MappedRead.of(path, "the header", () -> GgufParser.parse(bytes, path)));
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** The metadata. */
    public GgufMetadata metadata() {
        return metadata;
    }

    /** All tensors by name, in the order of the file; their shapes have the outermost dimension first. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /** Unmaps the file. May be called more than once. */
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
