package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The content of one safetensors file.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata the content of {@code __metadata__}
 */
record SafetensorsFile(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    /**
     * Maps a file.
     *
     * @param arena keeps the file mapped, on failure too, until it is closed
     */
    static SafetensorsFile map(Path path, Arena arena) throws IOException {
        // Opening a pipe would wait for a writer.
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(
                    path + ": expected a file, found " + (Files.exists(path) ? "something else" : "nothing"));
        }
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        return MappedRead.of(path, "the header", () -> view(bytes, path));
    }

    /**
     * The tensors of a file that is in memory.
     *
     * @param bytes all bytes of the file
     * @param path the file, for messages
     */
    static SafetensorsFile view(MemorySegment bytes, Path path) throws CheckpointException {
        SafetensorsHeader header = SafetensorsHeader.read(bytes, path);
        MemorySegment data = bytes.asSlice(header.dataOffset()).asReadOnly();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            MemorySegment slice = data.asSlice(entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), new StoredTensor(entry.name(), entry.dtype(), entry.shape(), slice, path));
        }
        return new SafetensorsFile(tensors, header.metadata());
    }
}
