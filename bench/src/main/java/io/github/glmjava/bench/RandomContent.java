package io.github.glmjava.bench;

import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * Pseudo-random BF16 numbers, made while they are written: symmetric around 0 with a standard deviation near 0.02.
 *
 * @param elements how many numbers
 * @param seed the same seed gives the same numbers
 */
record RandomContent(long elements, long seed) implements TensorSource.Content {
    private static final int PIECE = 1 << 19;

    /** The upper half of the float 1. */
    private static final short ONE = 0x3f80;

    /** Content of ones. */
    static TensorSource.Content ones(int elements) {
        return out -> {
            ByteBuffer buffer = ByteBuffer.allocate(2 * elements).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                buffer.putShort(ONE);
            }
            out.write(buffer.flip());
        };
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(2 * PIECE).order(ByteOrder.LITTLE_ENDIAN);
        long state = seed * 0x9E3779B97F4A7C15L + 1;
        for (long written = 0; written < elements; written += PIECE) {
            buffer.clear();
            int count = (int) Math.min(PIECE, elements - written);
            for (int i = 0; i < count; i++) {
                // xorshift64 (Marsaglia 2003); the difference of two halves has a triangular distribution.
                state ^= state << 13;
                state ^= state >>> 7;
                state ^= state << 17;
                float value = ((int) (state >>> 40 & 0xffffff) - (int) (state & 0xffffff)) * 0x1p-24f * 0.05f;
                buffer.putShort(2 * i, (short) (Float.floatToRawIntBits(value) >>> 16));
            }
            out.write(buffer.limit(2 * count));
        }
    }
}
