package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Stored binary16 pairs. An arithmetic shift and a mask put sign, exponent and mantissa to a float's places, and a product
 * with the difference of the two exponent biases makes the number, exactly for subnormals too. Infinities and NaN, which
 * no trained checkpoint holds, become numbers from 65536 on: to keep them would cost a third of the speed.
 */
final class VectorF16Matrix extends VectorMatrix {
    // Vectors and not numbers, which every operation would broadcast: more than the compiler is willing to inline.
    private static final IntVector SIGN_AND_MAGNITUDE = IntVector.broadcast(Lanes.INTS, 0x80000000 | 0x7fff << 13);

    /** The bias of binary32 less that of binary16: 127 - 15. */
    private static final FloatVector BIAS = FloatVector.broadcast(Lanes.FLOATS, 0x1p112f);

    VectorF16Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.F16, data, rows, columns, PairOrder.BLOCK);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        PairOrder.arrange(input, tokens, columns(), room(arranged, tokens));
    }

    @Override
    protected void stream(float[] x, float[] output, float[] scratch, int row) {
        streamTwo(x, output, row);
        streamTwo(x, output, row + 2);
    }

    /** Two rows and not four, whose unpacking is more than the compiler is willing to inline into one loop. */
    private void streamTwo(float[] x, float[] output, int row) {
        MemorySegment weights = data();
        int columns = columns();
        long pitch = 2L * columns;
        long start = row * pitch;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        for (int i = 0; i < columns; i += PairOrder.BLOCK) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, i + Lanes.COUNT);
            long at = start + 2L * i;
            IntVector p0 = load(weights, at);
            IntVector p1 = load(weights, at + pitch);
            s0 = odd(p0).fma(odd, even(p0).fma(even, s0));
            s1 = odd(p1).fma(odd, even(p1).fma(even, s1));
        }
        output[row] = Lanes.sum(s0);
        output[row + 1] = Lanes.sum(s1);
    }

    @Override
    protected void unpack(int row, int count, float[] panel) {
        MemorySegment weights = data();
        int columns = columns();
        int whole = columns - columns % PairOrder.BLOCK;
        for (int r = 0; r < count; r++) {
            long first = (long) (row + r) * columns;
            int target = r * FloatTile.stride(columns);
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
        return odd(pairs.lanewise(VectorOperators.LSHL, 16));
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.lanewise(VectorOperators.ASHR, 3)
                .and(SIGN_AND_MAGNITUDE)
                .reinterpretAsFloats()
                .mul(BIAS);
    }
}
