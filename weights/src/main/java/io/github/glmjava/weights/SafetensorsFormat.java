package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** The safetensors format: one file, or shards with an index. */
final class SafetensorsFormat implements CheckpointFormat {
    static final String SINGLE_FILE = "model.safetensors";
    static final String INDEX_FILE = "model.safetensors.index.json";

    private static final String SUFFIX = ".safetensors";
    private static final String INDEX_SUFFIX = ".safetensors.index.json";

    @Override
    public List<String> folderFiles() {
        return List.of(SINGLE_FILE, INDEX_FILE);
    }

    @Override
    public boolean reads(String fileName) {
        return fileName.endsWith(SUFFIX) || fileName.endsWith(INDEX_SUFFIX);
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // The checkpoint closes the arena.
    public Checkpoint open(Path file) throws IOException {
        boolean sharded = file.toString().endsWith(INDEX_SUFFIX);
        // Shared: any thread may read the tensors and any thread may close the checkpoint.
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            SafetensorsFile contents =
                    sharded ? ShardedSafetensors.map(ShardIndex.read(file), arena) : SafetensorsFile.map(file, arena);
            Checkpoint checkpoint = new MappedCheckpoint(file, arena, contents.tensors(), contents.metadata());
            opened = true;
            return checkpoint;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }
}
