package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;

/**
 * Makes stored tensors of the tensors of one torch file: views of the file where the elements lie in row-major order,
 * otherwise (a tensor that was transposed, say) copies.
 */
final class TorchTensors {
    /** Weights are hardly ever anything but contiguous; this is enough for the two embeddings of the 6B models. */
    static final long MAX_COPIED_BYTES = 1L << 30;

    private final Path path;
    private final SegmentAllocator allocator;
    private final long copyLimit;
    private long copied;

    /**
     * @param fileSize no more bytes are copied than the file has
     * @param allocator where copies live
     */
    TorchTensors(Path path, long fileSize, SegmentAllocator allocator) {
        this.path = path;
        this.allocator = allocator;
        this.copyLimit = Math.min(fileSize, MAX_COPIED_BYTES);
    }

    /** @param storage all bytes of the tensor's storage */
    StoredTensor store(String name, TorchTensor tensor, MemorySegment storage) throws CheckpointException {
        DType dtype = tensor.storage().dtype();
        StridedLayout layout = tensor.layout();
        long size = layout.elements() * dtype.bytes();
        MemorySegment data;
        if (layout.isContiguous()) {
            data = storage.asSlice(layout.offset() * dtype.bytes(), size);
        } else {
            if (size > copyLimit - copied) {
                throw new CheckpointException(path + ": tensor " + Quoted.of(name) + " of " + layout
                        + " is not contiguous, and a copy of it takes " + size + " bytes, more than the "
                        + (copyLimit - copied) + " that are left for such tensors; save it contiguous");
            }
            copied += size;
            data = allocator.allocate(size, Long.BYTES);
            layout.copy(storage, dtype.bytes(), data);
        }
        return new StoredTensor(name, dtype, layout.size(), data.asReadOnly(), path);
    }
}
