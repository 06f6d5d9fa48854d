package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/**
 * Writes checkpoints as model hubs publish them: {@code model-00001-of-0000n.safetensors} and so on with
 * {@code model.safetensors.index.json}, or {@code model.safetensors} alone if that is enough.
 */
public final class ShardedSafetensorsWriter {
    private ShardedSafetensorsWriter() {}

    /**
     * Writes a checkpoint into a folder. The index is written last, so a folder that has it is complete; on failure the
     * files written so far are deleted.
     *
     * @param folder must exist and must not hold a checkpoint already
     * @param tensors are written in this order, one at a time
     * @param metadata the {@code __metadata__} of every shard; may be empty
     * @param maxShardBytes how many bytes of tensors a shard may have; a larger tensor gets a shard of its own
     * @throws FileAlreadyExistsException if one of the files to be written exists
     * @throws IOException if a file cannot be written or a tensor's content cannot be read
     * @throws IllegalArgumentException if {@code maxShardBytes} is not positive or for any reason of
     *     {@link SafetensorsWriter#write}
     * @throws IllegalStateException if a tensor's content is longer or shorter than its shape
     */
    public static void write(Path folder, List<TensorSource> tensors, Map<String, String> metadata, long maxShardBytes)
            throws IOException {
        if (maxShardBytes <= 0) {
            throw new IllegalArgumentException("maxShardBytes is " + maxShardBytes + ", expected more than 0");
        }
        requireUniqueNames(tensors);
        List<List<TensorSource>> shards = split(tensors, maxShardBytes);
        List<Path> files = files(folder, shards.size());
        // An older checkpoint beside the new one might be taken in its place.
        requireAbsent(folder.resolve(SafetensorsFormat.SINGLE_FILE));
        requireAbsent(folder.resolve(SafetensorsFormat.INDEX_FILE));
        for (Path file : files) {
            requireAbsent(file);
        }
        boolean complete = false;
        try {
            for (int i = 0; i < shards.size(); i++) {
                SafetensorsWriter.write(files.get(i), shards.get(i), metadata);
            }
            if (shards.size() > 1) {
                byte[] index = indexJson(shards, files);
                AtomicFile.write(
                        folder.resolve(SafetensorsFormat.INDEX_FILE),
                        out -> SafetensorsWriter.writeAll(ByteBuffer.wrap(index), out));
            }
            complete = true;
        } finally {
            if (!complete) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static List<List<TensorSource>> split(List<TensorSource> tensors, long maxShardBytes) {
        List<List<TensorSource>> shards = new ArrayList<>();
        List<TensorSource> shard = new ArrayList<>();
        shards.add(shard);
        long free = maxShardBytes;
        for (TensorSource tensor : tensors) {
            if (tensor.byteSize() > free && !shard.isEmpty()) {
                shard = new ArrayList<>();
                shards.add(shard);
                free = maxShardBytes;
            }
            shard.add(tensor);
            free -= tensor.byteSize();
        }
        return shards;
    }

    private static List<Path> files(Path folder, int count) {
        if (count == 1) {
            return List.of(folder.resolve(SafetensorsFormat.SINGLE_FILE));
        }
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            files.add(folder.resolve(String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i, count)));
        }
        return files;
    }

    private static byte[] indexJson(List<List<TensorSource>> shards, List<Path> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = StrictJson.generator(bytes)) {
            json.writeStartObject();
            json.writeName("metadata");
            json.writeStartObject();
            json.writeNumberProperty(
                    "total_size",
                    shards.stream()
                            .flatMap(List::stream)
                            .mapToLong(TensorSource::byteSize)
                            .sum());
            json.writeEndObject();
            json.writeName(ShardIndex.WEIGHT_MAP);
            json.writeStartObject();
            for (int i = 0; i < shards.size(); i++) {
                String file = String.valueOf(files.get(i).getFileName());
                for (TensorSource tensor : shards.get(i)) {
                    json.writeStringProperty(tensor.name(), file);
                }
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void requireUniqueNames(List<TensorSource> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorSource tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors have the name " + Quoted.of(tensor.name()));
            }
        }
    }

    private static void requireAbsent(Path file) throws FileAlreadyExistsException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
    }
}
