package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;

/** Reads one file of {@code torch.save}, of either format. */
final class TorchFile {
    private static final byte[] LEGACY_BEGINNING = {(byte) PickleOpcode.PROTO.code()};

    private TorchFile() {}

    /** See {@link FileReader#map}. */
    static FileContents map(Path path, Arena arena) throws IOException {
        MemorySegment bytes = MappedFile.map(path, arena);
        return MappedRead.of(path, "the tensors", () -> view(bytes, path, arena));
    }

    /**
     * The tensors of a file that is in memory.
     *
     * @param bytes all bytes of the file
     * @param path the file, for messages
     * @param allocator where copies of tensors that are not contiguous live
     */
    static FileContents view(MemorySegment bytes, Path path, SegmentAllocator allocator) throws CheckpointException {
        TorchTensors tensors = new TorchTensors(path, bytes.byteSize(), allocator);
        if (MappedFile.startsWith(bytes, ZipDirectory.BEGINNING)) {
            return TorchZip.view(bytes, path, tensors);
        }
        if (MappedFile.startsWith(bytes, LEGACY_BEGINNING)) {
            return TorchLegacy.view(bytes, path, tensors);
        }
        throw new CheckpointException(path + ": "
                + (MappedFile.isGitLfsPointer(bytes)
                        ? MappedFile.GIT_LFS_ADVICE
                        : "the file begins neither like a zip archive nor like a pickle, so torch.save did not write"
                                + " it"));
    }
}
