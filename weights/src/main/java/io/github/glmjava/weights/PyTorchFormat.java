package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of PyTorch's {@code torch.save}: one, or shards with an index. Their pickles are interpreted by {@link Unpickler},
 * which runs no code.
 */
final class PyTorchFormat implements CheckpointFormat {
    private static final String INDEX_SUFFIX = ".bin.index.json";
    private static final List<String> SUFFIXES = List.of(".bin", ".pt", ".pth", INDEX_SUFFIX);

    @Override
    public List<String> folderFiles() {
        return List.of("pytorch_model.bin", "pytorch_model.bin.index.json");
    }

    @Override
    public boolean reads(String fileName) {
        return SUFFIXES.stream().anyMatch(fileName::endsWith);
    }

    @Override
    public Checkpoint open(Path file) throws IOException {
        return file.toString().endsWith(INDEX_SUFFIX)
                ? MappedCheckpoint.openShards(file, TorchFile::map)
                : MappedCheckpoint.open(file, TorchFile::map);
    }
}
