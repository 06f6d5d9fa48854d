package io.github.glmjava.evaluation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Pseudo-random BF16 numbers of a trained model's size, so that activations stay finite: 0.016 to 0.031 of either sign. */
public final class RandomWeights {
    /** In four numbers at once: the sign and the mantissa, which are random, and the exponent of 1/64. */
    private static final long SIGNS_AND_MANTISSAS = 0x807f_807f_807f_807fL;

    private static final long EXPONENTS = 0x3c80_3c80_3c80_3c80L;

    /** The upper half of the float 1. */
    private static final short ONE = 0x3f80;

    private long state;

    /** @param seed the same seed gives the same numbers */
    public RandomWeights(long seed) {
        state = seed * 0x9E3779B97F4A7C15L + 1;
    }

    /** Fills what remains of a buffer, a multiple of 8 bytes or less at its end. */
    public void fill(ByteBuffer buffer) {
        buffer.order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.remaining() >= Long.BYTES) {
            buffer.putLong(next());
        }
        for (long last = next(); buffer.hasRemaining(); last >>>= Byte.SIZE) {
            buffer.put((byte) last);
        }
    }

    private long next() {
        // xorshift64 (Marsaglia 2003)
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (state & SIGNS_AND_MANTISSAS) | EXPONENTS;
    }

    /** Fills what remains of a buffer with ones: what norms have. */
    public static void fillWithOnes(ByteBuffer buffer) {
        buffer.order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            buffer.putShort(ONE);
        }
    }
}
