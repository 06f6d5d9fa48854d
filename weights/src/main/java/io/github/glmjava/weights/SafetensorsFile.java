package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one safetensors file: its tensors in the order of their bytes, its {@code __metadata__} as the metadata. */
final class SafetensorsFile {
    private SafetensorsFile() {}

    /** See {@link FileReader#map}. */
    static FileContents map(Path path, Arena arena) throws IOException {
        MemorySegment bytes = MappedFile.map(path, arena);
        return MappedRead.of(path, "the header", () -> view(bytes, path));
    }

    /**
     * The tensors of a file that is in memory.
     *
     * @param bytes all bytes of the file
     * @param path the file, for messages
     */
    static FileContents view(MemorySegment bytes, Path path) throws CheckpointException {
        SafetensorsHeader header = SafetensorsHeader.read(bytes, path);
        MemorySegment data = bytes.asSlice(header.dataOffset()).asReadOnly();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            MemorySegment slice = data.asSlice(entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), new StoredTensor(entry.name(), entry.dtype(), entry.shape(), slice, path));
        }
        return new FileContents(tensors, header.metadata());
    }
}
