package io.github.glmjava.weights;

import java.io.IOException;
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
    public Checkpoint open(Path file) throws IOException {
        return file.toString().endsWith(INDEX_SUFFIX)
                ? MappedCheckpoint.openShards(file, SafetensorsFile::map)
                : MappedCheckpoint.open(file, SafetensorsFile::map);
    }
}
