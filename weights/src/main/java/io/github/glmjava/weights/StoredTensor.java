package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * One tensor as it lies in its file: little-endian, row-major, not copied.
 *
 * <p>If the file shrinks while it is open, touching {@link #data} throws {@link InternalError}; {@link #read} and
 * {@link #toFloats} make a {@link CheckpointException} of that.
 *
 * @param name the name in the checkpoint
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar; a dimension may be zero
 * @param data a read-only view of exactly {@code dtype.byteSize(shape)} bytes, alive as long as the checkpoint is
 *     open; no alignment is promised
 * @param file the file that holds the bytes, for messages
 */
public record StoredTensor(String name, DType dtype, List<Long> shape, MemorySegment data, Path file) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The largest array that every JVM can make. */
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    /** Copies the shape. */
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** The number of elements: the product of the shape. */
    public long elements() {
        return data.byteSize() / dtype.bytes() * dtype.blockElements();
    }

    /**
     * Runs code that reads this tensor's bytes, as a conversion does, on the calling thread.
     *
     * @param reader is given {@link #data}
     * @return what {@code reader} returns
     * @throws CheckpointException if the file was truncated or its disk failed after it was opened
     * @throws IllegalStateException if the checkpoint is closed
     */
    public <R> R read(Function<MemorySegment, R> reader) throws CheckpointException {
        return MappedRead.of(file, "tensor " + Quoted.of(name), () -> reader.apply(data));
    }

    /**
     * A copy of the elements as floats in row-major order. Exact for F32, F16 and BF16; F64 is rounded to the nearest
     * float, and blocks are unpacked in floats. Meant for norms, biases and other small tensors.
     *
     * @throws CheckpointException if the tensor's type is not a floating-point type, if it has more elements than an array
     *     can hold, or if its bytes cannot be read any more
     * @throws IllegalStateException if the checkpoint is closed
     */
    public float[] toFloats() throws CheckpointException {
        switch (dtype) {
            case I64, I32, I16, I8, U8, BOOL ->
                throw unfit("has dtype " + dtype + ", expected one of F64, F32, F16, BF16");
            default -> {}
        }
        if (elements() > MAX_ARRAY_LENGTH) {
            throw unfit("has " + elements() + " elements, more than the " + MAX_ARRAY_LENGTH + " of an array");
        }
        return read(this::convert);
    }

    private float[] convert(MemorySegment bytes) {
        float[] floats = new float[(int) elements()];
        readFloats(bytes, 0, floats.length, floats, 0);
        return floats;
    }

    /**
     * Unpacks some elements, like {@link #toFloats}, to be called where the bytes can be read, as in {@link #read}.
     *
     * @param first the first element, at the beginning of a block
     * @param count how many, a whole number of blocks
     * @param target receives them from {@code offset} on
     * @throws IllegalArgumentException if this is not a tensor of numbers with a fraction
     */
    public void readFloats(long first, int count, float[] target, int offset) {
        readFloats(data, first, count, target, offset);
    }

    /**
     * Unpacks a block whose elements are integers times a scale, to be called where the bytes can be read.
     *
     * @param first its first element
     * @param values receives its integers
     * @return the scale
     * @throws IllegalArgumentException if the type is not Q8_0 or Q4_0
     */
    public float readIntegers(long first, int[] values) {
        return BlockedValues.readIntegers(dtype, data, first / dtype.blockElements() * dtype.bytes(), values);
    }

    private void readFloats(MemorySegment bytes, long first, int count, float[] target, int offset) {
        long at = first / dtype.blockElements() * dtype.bytes();
        switch (dtype) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, at, target, offset, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = (float) bytes.get(DOUBLE, at + (long) i * Double.BYTES);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.float16ToFloat(bytes.get(SHORT, at + (long) i * Short.BYTES));
                }
            }
            case BF16 -> {
                // BF16 is the upper half of a float's bits.
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.intBitsToFloat(bytes.get(SHORT, at + (long) i * Short.BYTES) << 16);
                }
            }
            default -> {
                for (int i = 0; i < count; i += dtype.blockElements(), at += dtype.bytes()) {
                    BlockedValues.read(dtype, bytes, at, target, offset + i);
                }
            }
        }
    }

    private CheckpointException unfit(String problem) {
        return new CheckpointException(file + ": tensor " + Quoted.of(name) + " of shape " + shape + " " + problem);
    }
}
