package io.github.glmjava.tensor;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vector width of the engine and the few vector functions that the kernels share; all are inlined into them. */
final class Lanes {
    /** Set to 128, 256 or 512 to run other vectors than the machine prefers; wider ones than it has are right and slow. */
    private static final String WIDTH_PROPERTY = "glmjava.vectorBits";

    static final VectorSpecies<Float> FLOATS = species();
    static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    static final VectorSpecies<Short> SHORTS = FLOATS.withLanes(short.class);

    /** Floats in a vector. */
    static final int COUNT = FLOATS.length();

    /** Whether there are 32 vector registers and not 16: with vectors of 512 bits. Tiles then are larger. */
    static final boolean MANY_REGISTERS = COUNT == 16;

    static final ByteOrder LITTLE_ENDIAN = ByteOrder.LITTLE_ENDIAN;

    private static final VectorShuffle<Float> BY_8 = exchange(8);
    private static final VectorShuffle<Float> BY_4 = exchange(4);
    private static final VectorShuffle<Float> BY_2 = exchange(2);
    static final VectorShuffle<Float> BY_1 = exchange(1);

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.12194440e-4f;

    /** Adding this leaves a float's nearest integer in the low bits of its mantissa. */
    private static final float ROUNDING = 0x1.8p23f;

    private static final float LARGEST_EXPONENT = 88.37f;
    private static final float SMALLEST_EXPONENT = -87.33f;

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        int bits = Integer.getInteger(WIDTH_PROPERTY, Math.min(preferred, 512));
        if (bits != 128 && bits != 256 && bits != 512) {
            throw new IllegalArgumentException(WIDTH_PROPERTY + " must be 128, 256 or 512, found " + bits);
        }
        return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    /** Exchanges lanes at such a distance. */
    static VectorShuffle<Float> exchange(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> lane ^ (distance & (FLOATS.length() - 1)));
    }

    /**
     * The sum of all lanes, always by the same tree: halves, quarters, ... {@code reduceLanes} leaves the order open, and
     * compiled and interpreted code do differ there.
     */
    static float sum(FloatVector vector) {
        FloatVector partial = vector;
        if (COUNT == 16) {
            partial = partial.add(partial.rearrange(BY_8));
        }
        if (COUNT >= 8) {
            partial = partial.add(partial.rearrange(BY_4));
        }
        partial = partial.add(partial.rearrange(BY_2));
        partial = partial.add(partial.rearrange(BY_1));
        return partial.lane(0);
    }

    /**
     * {@code e^x} to about two units in the last place; 0 below -87.33, no infinity above 88.37. {@code x} is split into
     * {@code n ln 2 + r}, and {@code e^r} is Cephes' expf polynomial (Moshier). The platform's own vector function would
     * not give the same bits in compiled and interpreted code.
     */
    static FloatVector exp(FloatVector exponent) {
        // Not Java's minimum and maximum, which take six instructions each to tell -0 from 0 and to pass on NaN; this
        // passes it, too.
        VectorMask<Float> underflows = exponent.lt(SMALLEST_EXPONENT);
        FloatVector x = exponent.blend(SMALLEST_EXPONENT, underflows)
                .blend(LARGEST_EXPONENT, exponent.compare(VectorOperators.GT, LARGEST_EXPONENT));
        FloatVector shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUNDING));
        FloatVector n = shifted.sub(ROUNDING);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        FloatVector p =
                r.fma(FloatVector.broadcast(FLOATS, 1.9875691e-4f), FloatVector.broadcast(FLOATS, 1.3981999e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 8.333452e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665796e-2f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666666e-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
        p = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(power).reinterpretAsFloats();
        return result.blend(0f, underflows);
    }

    /** The same for one number, to the bit. Not by a vector, which the compiler may leave an object where it inlines late. */
    static float exp(float exponent) {
        float x = Math.max(Math.min(exponent, LARGEST_EXPONENT), SMALLEST_EXPONENT);
        float shifted = Math.fma(x, LOG2_E, ROUNDING);
        float n = shifted - ROUNDING;
        float r = Math.fma(n, -LN2_HIGH, x);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(r, 1.9875691e-4f, 1.3981999e-3f);
        p = Math.fma(p, r, 8.333452e-3f);
        p = Math.fma(p, r, 4.1665796e-2f);
        p = Math.fma(p, r, 1.6666666e-1f);
        p = Math.fma(p, r, 0.5f);
        p = Math.fma(p, r * r, r) + 1f;
        int power = Float.floatToRawIntBits(shifted) << 23;
        return exponent < SMALLEST_EXPONENT ? 0 : Float.intBitsToFloat(Float.floatToRawIntBits(p) + power);
    }
}
