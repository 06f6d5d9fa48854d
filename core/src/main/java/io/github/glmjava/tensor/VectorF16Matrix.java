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
        super(MatrixFormat.F16, data, rows, columns, 2);
    }

    @Override
    protected void stream(int row, int apart, float[] x, int from, float[] output, int to, float[] scratch) {
        streamTwo(row, apart, x, from, scratch, 0);
        streamTwo(row + 2 * apart, apart, x, from, scratch, 2 * Lanes.COUNT);
        sumLanes(scratch, output, to, apart);
    }

    /** Two rows and not four, whose unpacking is more than the compiler is willing to inline into one loop. */
    private void streamTwo(int row, int apart, float[] x, int from, float[] sums, int to) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        int columns = columns();
        long rowBytes = 2L * columns;
        long pitch = apart * rowBytes;
        long start = start() + row * rowBytes;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t1 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < columns; i += ColumnOrder.RESIDUES) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, from + i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, from + i + Lanes.COUNT);
            long at = start + 2L * i;
            IntVector p0 = words(weights, at);
            IntVector p1 = words(weights, at + pitch);
            s0 = even(p0).fma(even, s0);
            t0 = odd(p0).fma(odd, t0);
            s1 = even(p1).fma(even, s1);
            t1 = odd(p1).fma(odd, t1);
        }
        s0.add(t0).intoArray(sums, to);
        s1.add(t1).intoArray(sums, to + Lanes.COUNT);
    }

    @Override
    protected void unpack(float[] a, int lower, int upper, int steps, int first, int second) {
        int word = 0;
        for (int i = 0; i < steps * FloatTile.ROWS; i += FloatTile.ROWS) {
            IntVector pairs =
                    FloatVector.fromArray(Lanes.FLOATS, a, lower + word).reinterpretAsInts();
            even(pairs).intoArray(a, first + i);
            odd(pairs).intoArray(a, second + i);
            pairs = FloatVector.fromArray(Lanes.FLOATS, a, upper + word).reinterpretAsInts();
            even(pairs).intoArray(a, first + i + Lanes.COUNT);
            odd(pairs).intoArray(a, second + i + Lanes.COUNT);
            word += Lanes.COUNT;
        }
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
