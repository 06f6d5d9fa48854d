package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/** Shards and their index as one checkpoint; the two have to agree. */
final class Shards {
    private Shards() {}

    /**
     * Maps all shards, in the order of their names.
     *
     * @param reader reads a shard
     * @param arena keeps the files mapped, on failure too, until it is closed
     */
    static FileContents map(ShardIndex index, FileReader reader, Arena arena) throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String shard : new TreeSet<>(index.shards().values())) {
            Path file = index.resolve(shard);
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(
                        index.file() + ": the shard " + Quoted.of(shard) + " is missing in its folder");
            }
            FileContents contents = reader.map(file, arena);
            for (StoredTensor tensor : contents.tensors().values()) {
                StoredTensor other = tensors.putIfAbsent(tensor.name(), tensor);
                if (other != null) {
                    throw fault(index, tensor.name(), "is in two shards, " + other.file() + " and " + tensor.file());
                }
            }
            contents.metadata().forEach(metadata::putIfAbsent);
        }
        checkAgreement(index, tensors);
        return new FileContents(tensors, metadata);
    }

    private static void checkAgreement(ShardIndex index, Map<String, StoredTensor> tensors) throws CheckpointException {
        for (Map.Entry<String, String> expected : index.shards().entrySet()) {
            Path shard = index.resolve(expected.getValue());
            StoredTensor tensor = tensors.get(expected.getKey());
            if (tensor == null) {
                throw fault(index, expected.getKey(), "should be in " + shard + ", but is in no shard");
            }
            if (!tensor.file().equals(shard)) {
                throw fault(index, expected.getKey(), "should be in " + shard + ", but is in " + tensor.file());
            }
        }
        for (StoredTensor tensor : tensors.values()) {
            if (!index.shards().containsKey(tensor.name())) {
                throw fault(index, tensor.name(), "of " + tensor.file() + " is not in the index");
            }
        }
    }

    private static CheckpointException fault(ShardIndex index, String tensor, String problem) {
        return new CheckpointException(index.file() + ": tensor " + Quoted.of(tensor) + " " + problem);
    }
}
