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
 * @param data a read-only view of exactly {@code elements() * dtype.bytes()} bytes, alive as long as the checkpoint is
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
        return data.byteSize() / dtype.bytes();
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
     * float. Meant for norms, biases and other small tensors.
     *
     * @throws CheckpointException if the tensor's type is not a floating-point type, if it has more elements than an array
     *     can hold, or if its bytes cannot be read any more
     * @throws IllegalStateException if the checkpoint is closed
     */
    public float[] toFloats() throws CheckpointException {
        switch (dtype) {
            case F64, F32, F16, BF16 -> {}
            default -> throw unfit("has dtype " + dtype + ", expected one of F64, F32, F16, BF16");
        }
        if (elements() > MAX_ARRAY_LENGTH) {
            throw unfit("has " + elements() + " elements, more than the " + MAX_ARRAY_LENGTH + " of an array");
        }
        return read(this::convert);
    }

    private float[] convert(MemorySegment bytes) {
        float[] floats = new float[(int) elements()];
        switch (dtype) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, floats, 0, floats.length);
            case F64 -> {
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) bytes.get(DOUBLE, (long) i * Double.BYTES);
                }
            }
            case F16 -> {
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = Float.float16ToFloat(bytes.get(SHORT, (long) i * Short.BYTES));
                }
            }
            case BF16 -> {
                // BF16 is the upper half of a float's bits.
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = Float.intBitsToFloat(bytes.get(SHORT, (long) i * Short.BYTES) << 16);
                }
            }
            default -> throw new IllegalStateException(dtype + " is not a floating-point type");
        }
        return floats;
    }

    private CheckpointException unfit(String problem) {
        return new CheckpointException(file + ": tensor " + Quoted.of(name) + " of shape " + shape + " " + problem);
    }
}
