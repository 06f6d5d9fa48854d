package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * One tensor as it lies in its file: little-endian, row-major, not copied.
 *
 * @param name the name in the checkpoint
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar; a dimension may be zero
 * @param data a read-only view of exactly {@code elements() * dtype.bytes()} bytes, alive as long as the checkpoint is
 *     open; no alignment is promised
 * @param file the file that holds the bytes, for messages
 */
public record StoredTensor(String name, DType dtype, List<Long> shape, MemorySegment data, Path file) {
    /** Copies the shape. */
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** The number of elements: the product of the shape. */
    public long elements() {
        return data.byteSize() / dtype.bytes();
    }
}
