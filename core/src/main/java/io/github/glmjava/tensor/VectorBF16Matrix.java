package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Stored bfloat16 pairs: an element is the upper half of a float, so that unpacking takes one shift or one mask.
 */
final class VectorBF16Matrix extends VectorMatrix {
    VectorBF16Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.BF16, data, rows, columns, 2);
    }

    @Override
    protected void stream(int row, int apart, float[] x, int from, float[] output, int to, float[] scratch) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        int columns = columns();
        long rowBytes = 2L * columns;
        long pitch = apart * rowBytes;
        long start = start() + row * rowBytes;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s2 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s3 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t2 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t3 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < columns; i += ColumnOrder.RESIDUES) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, from + i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, from + i + Lanes.COUNT);
            long at = start + 2L * i;
            IntVector p0 = words(weights, at);
            IntVector p1 = words(weights, at + pitch);
            IntVector p2 = words(weights, at + 2 * pitch);
            IntVector p3 = words(weights, at + 3 * pitch);
            s0 = even(p0).fma(even, s0);
            t0 = odd(p0).fma(odd, t0);
            s1 = even(p1).fma(even, s1);
            t1 = odd(p1).fma(odd, t1);
            s2 = even(p2).fma(even, s2);
            t2 = odd(p2).fma(odd, t2);
            s3 = even(p3).fma(even, s3);
            t3 = odd(p3).fma(odd, t3);
        }
        s0.add(t0).intoArray(scratch, 0);
        s1.add(t1).intoArray(scratch, Lanes.COUNT);
        s2.add(t2).intoArray(scratch, 2 * Lanes.COUNT);
        s3.add(t3).intoArray(scratch, 3 * Lanes.COUNT);
        sumLanes(scratch, output, to, apart);
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
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }
}
