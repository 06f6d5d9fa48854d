package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Stored binary16 pairs. Exponent and mantissa are moved to a float's places and the difference of the two exponent biases
 * is multiplied in, which is exact for subnormals too; infinities and NaN get their exponent by a mask.
 */
final class VectorF16Matrix extends VectorMatrix {
    /** Eight unpackings in one loop are more than the compiler is willing to inline: a panel is five times faster. */
    private static final int NO_STREAMING = 0;

    private static final int MAGNITUDE = 0x7fff << 13;
    private static final int NOT_FINITE = 0x7c00 << 13;
    private static final int INFINITE = 0x7f800000;

    /** The bias of binary32 less that of binary16: 127 - 15. */
    private static final float BIAS = 0x1p112f;

    VectorF16Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.F16, data, rows, columns, NO_STREAMING);
    }

    @Override
    protected void arrange(float[] input, int tokens, float[] arranged) {
        PairOrder.arrange(input, tokens, columns(), arranged);
    }

    @Override
    protected void unpack(int row, int count, float[] panel) {
        MemorySegment weights = data();
        int columns = columns();
        int whole = columns - columns % PairOrder.BLOCK;
        for (int r = 0; r < count; r++) {
            long first = (long) (row + r) * columns;
            int target = r * columns;
            for (int i = 0; i < whole; i += PairOrder.BLOCK) {
                IntVector pairs = load(weights, 2 * (first + i));
                even(pairs).intoArray(panel, target + i);
                odd(pairs).intoArray(panel, target + i + Lanes.COUNT);
            }
            ScalarMatrix.readRow(format(), weights, first + whole, columns - whole, panel, target + whole);
        }
    }

    private static IntVector load(MemorySegment weights, long at) {
        return IntVector.fromMemorySegment(Lanes.INTS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    private static FloatVector even(IntVector pairs) {
        return widen(pairs.lanewise(VectorOperators.LSHL, 13), pairs.lanewise(VectorOperators.LSHL, 16));
    }

    private static FloatVector odd(IntVector pairs) {
        return widen(pairs.lanewise(VectorOperators.LSHR, 3), pairs);
    }

    /** Magnitude and sign each lie where a float has them, among other bits. */
    private static FloatVector widen(IntVector magnitude, IntVector sign) {
        IntVector bits = magnitude.and(MAGNITUDE);
        IntVector scaled = bits.reinterpretAsFloats().mul(BIAS).reinterpretAsInts();
        // All ones where the number is finite, without a mask register.
        IntVector finite = bits.sub(NOT_FINITE).lanewise(VectorOperators.ASHR, 31);
        IntVector exponent = IntVector.broadcast(Lanes.INTS, INFINITE).lanewise(VectorOperators.AND_NOT, finite);
        return scaled.or(exponent).or(sign.and(Integer.MIN_VALUE)).reinterpretAsFloats();
    }
}
