package io.github.glmjava.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * One tensor to be written to a checkpoint. Its content is asked for only when its turn comes, so that a model need never
 * be in memory as a whole.
 *
 * @param name the name in the checkpoint
 * @param dtype the element type
 * @param shape the dimensions, outermost first; empty for a scalar; a dimension may be zero
 * @param content where the bytes come from
 */
public record TensorSource(String name, DType dtype, List<Long> shape, Content content) {
    /** Bytes that are made when they are needed. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes all bytes of the tensor, little-endian and row-major, in as many pieces as it likes. Called once for each
         * time the tensor is written, on the writer's thread.
         *
         * @param out takes every buffer whole; fails if given more than {@link TensorSource#byteSize} bytes
         */
        void writeTo(WritableByteChannel out) throws IOException;
    }

    /** How much of a segment is written at once; on the heap it is copied in such pieces. */
    private static final long PIECE = 1 << 20;

    /**
     * Checks name and shape.
     *
     * @throws IllegalArgumentException if safetensors has no such type, if the name is not Unicode text or is {@code __metadata__}, if a dimension is
     *     negative, or if the size in bytes does not fit a {@code long}
     */
    public TensorSource {
        shape = List.copyOf(shape);
        if (name.equals(SafetensorsHeader.METADATA_KEY) || !StrictJson.isWellFormed(name)) {
            throw new IllegalArgumentException(Quoted.of(name) + " cannot be the name of a tensor");
        }
        if (dtype.isBlocked()) {
            throw new IllegalArgumentException("tensor " + Quoted.of(name) + ": safetensors has no type " + dtype);
        }
        try {
            dtype.byteSize(shape);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("tensor " + Quoted.of(name) + " of shape " + shape + " is too large", e);
        }
    }

    /**
     * A tensor whose bytes are in a segment.
     *
     * @param data all bytes, little-endian; is read when the tensor is written
     * @throws IllegalArgumentException if the segment's size is not that of the tensor
     */
    public static TensorSource of(String name, DType dtype, List<Long> shape, MemorySegment data) {
        TensorSource source = new TensorSource(name, dtype, shape, out -> write(data, out));
        if (data.byteSize() != source.byteSize()) {
            throw new IllegalArgumentException("tensor " + Quoted.of(name) + " of " + dtype + " and shape " + shape
                    + " takes " + source.byteSize() + " bytes, but the segment has " + data.byteSize());
        }
        return source;
    }

    /** A copy of a tensor of a checkpoint, which has to be open when the tensor is written. */
    public static TensorSource of(StoredTensor tensor) {
        return of(tensor.name(), tensor.dtype(), tensor.shape(), tensor.data());
    }

    /** The size of the tensor in bytes. */
    public long byteSize() {
        return dtype.byteSize(shape);
    }

    private static void write(MemorySegment data, WritableByteChannel out) throws IOException {
        for (long position = 0; position < data.byteSize(); position += PIECE) {
            MemorySegment piece = data.asSlice(position, Math.min(PIECE, data.byteSize() - position));
            // A native piece goes to the operating system as it is: a mapped file that was truncated is then an
            // IOException of the write.
            out.write(piece.isNative() ? piece.asByteBuffer() : ByteBuffer.wrap(piece.toArray(ValueLayout.JAVA_BYTE)));
        }
    }
}
