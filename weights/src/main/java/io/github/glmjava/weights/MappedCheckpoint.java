package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A checkpoint whose tensors are views into files that an arena keeps mapped. */
final class MappedCheckpoint implements Checkpoint {
    private final Path file;
    private final Arena arena;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;

    private MappedCheckpoint(Path file, Arena arena, FileContents contents) {
        this.file = file;
        this.arena = arena;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(contents.tensors()));
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(contents.metadata()));
    }

    /** Opens a file that is a whole checkpoint. */
    static Checkpoint open(Path file, FileReader reader) throws IOException {
        return open(file, arena -> reader.map(file, arena));
    }

    /** Opens an index and its shards. */
    static Checkpoint openShards(Path index, FileReader reader) throws IOException {
        return open(index, arena -> Shards.map(ShardIndex.read(index), reader, arena));
    }

    private interface Mapping {
        FileContents map(Arena arena) throws IOException;
    }

    @SuppressWarnings("MustBeClosedChecker") // The checkpoint closes the arena.
    private static Checkpoint open(Path file, Mapping mapping) throws IOException {
        // Shared: any thread may read the tensors and any thread may close the checkpoint.
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            Checkpoint checkpoint = new MappedCheckpoint(file, arena, mapping.map(arena));
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public String toString() {
        return file + " (" + tensors.size() + " tensors)";
    }
}
