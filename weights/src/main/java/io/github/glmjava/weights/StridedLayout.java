package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Which elements of a storage are those of a tensor: element {@code (i, j, ...)} is number {@code offset + i * stride[0] +
 * j * stride[1] + ...} (PyTorch, {@code Tensor.stride}).
 *
 * @param offset in elements; not negative
 * @param size the dimensions, outermost first; none is negative
 * @param stride for each dimension, in elements; none is negative
 */
record StridedLayout(long offset, List<Long> size, List<Long> stride) {
    /** More than twice the rank of any weight. */
    static final int MAX_RANK = 16;

    /** Whether all elements are inside a storage, and their number and that of their bytes fit a {@code long}. */
    boolean fits(long storageElements, DType dtype) {
        try {
            if (dtype.byteSize(size) == 0) {
                return offset <= storageElements;
            }
            long last = offset;
            for (int i = 0; i < size.size(); i++) {
                last = Math.addExact(last, Math.multiplyExact(size.get(i) - 1, stride.get(i)));
            }
            return last < storageElements;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** The number of elements of a layout that fits its storage. */
    long elements() {
        long elements = 1;
        for (long dimension : size) {
            elements *= dimension;
        }
        return elements;
    }

    /** Whether the elements follow each other in row-major order, so that they need not be copied. */
    boolean isContiguous() {
        long expected = 1;
        for (int i = size.size() - 1; i >= 0; i--) {
            if (size.get(i) != 1 && stride.get(i) != expected) {
                return elements() == 0;
            }
            expected *= size.get(i);
        }
        return true;
    }

    /**
     * Copies the elements in row-major order.
     *
     * @param storage all bytes of a storage that this layout fits
     * @param elementBytes 1, 2, 4 or 8
     * @param target {@code elements() * elementBytes} bytes
     */
    void copy(MemorySegment storage, int elementBytes, MemorySegment target) {
        // Dimensions of one element move nothing.
        List<Integer> moving = new ArrayList<>();
        for (int i = 0; i < size.size(); i++) {
            if (size.get(i) != 1) {
                moving.add(i);
            }
        }
        int outer = Math.max(0, moving.size() - 1);
        long rowLength = moving.isEmpty() ? 1 : size.get(moving.getLast());
        long rowStride = moving.isEmpty() ? 1 : stride.get(moving.getLast());
        long[] index = new long[outer];
        long source = offset;
        for (long done = 0; done < elements(); done += rowLength) {
            copyRow(storage, source, rowStride, target, done, rowLength, elementBytes);
            for (int i = outer - 1; i >= 0; i--) {
                int dimension = moving.get(i);
                index[i]++;
                source += stride.get(dimension);
                if (index[i] < size.get(dimension)) {
                    break;
                }
                source -= index[i] * stride.get(dimension);
                index[i] = 0;
            }
        }
    }

    /** Positions, stride and count are in elements. */
    private static void copyRow(
            MemorySegment storage,
            long source,
            long stride,
            MemorySegment target,
            long begin,
            long count,
            int elementBytes) {
        for (long i = 0; i < count; i++) {
            long from = (source + i * stride) * elementBytes;
            long to = (begin + i) * elementBytes;
            switch (elementBytes) {
                case 1 -> target.set(ValueLayout.JAVA_BYTE, to, storage.get(ValueLayout.JAVA_BYTE, from));
                case 2 ->
                    target.set(
                            ValueLayout.JAVA_SHORT_UNALIGNED, to, storage.get(ValueLayout.JAVA_SHORT_UNALIGNED, from));
                case 4 ->
                    target.set(ValueLayout.JAVA_INT_UNALIGNED, to, storage.get(ValueLayout.JAVA_INT_UNALIGNED, from));
                default ->
                    target.set(ValueLayout.JAVA_LONG_UNALIGNED, to, storage.get(ValueLayout.JAVA_LONG_UNALIGNED, from));
            }
        }
    }

    @Override
    public String toString() {
        return "size " + size + ", stride " + stride + " and offset " + offset;
    }
}
