package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Stored floats, walked in their own order. */
final class VectorF32Matrix extends VectorMatrix {
    VectorF32Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.F32, data, rows, columns, 1);
    }

    @Override
    protected void stream(int row, int apart, float[] x, int from, float[] output, int to, float[] scratch) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        int columns = columns();
        long rowBytes = 4L * columns;
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
            FloatVector first = FloatVector.fromArray(Lanes.FLOATS, x, from + i);
            FloatVector second = FloatVector.fromArray(Lanes.FLOATS, x, from + i + Lanes.COUNT);
            long at = start + 4L * i;
            s0 = load(weights, at).fma(first, s0);
            s1 = load(weights, at + pitch).fma(first, s1);
            s2 = load(weights, at + 2 * pitch).fma(first, s2);
            s3 = load(weights, at + 3 * pitch).fma(first, s3);
            at += 4L * Lanes.COUNT;
            t0 = load(weights, at).fma(second, t0);
            t1 = load(weights, at + pitch).fma(second, t1);
            t2 = load(weights, at + 2 * pitch).fma(second, t2);
            t3 = load(weights, at + 3 * pitch).fma(second, t3);
        }
        s0.add(t0).intoArray(scratch, 0);
        s1.add(t1).intoArray(scratch, Lanes.COUNT);
        s2.add(t2).intoArray(scratch, 2 * Lanes.COUNT);
        s3.add(t3).intoArray(scratch, 3 * Lanes.COUNT);
        sumLanes(scratch, output, to, apart);
    }

    private static FloatVector load(MemorySegment weights, long at) {
        return FloatVector.fromMemorySegment(Lanes.FLOATS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    @Override
    protected void unpack(float[] a, int lower, int upper, int steps, int first, int second) {
        int word = 0;
        for (int i = 0; i < steps * FloatTile.ROWS; i += FloatTile.ROWS) {
            FloatVector.fromArray(Lanes.FLOATS, a, lower + word).intoArray(a, first + i);
            FloatVector.fromArray(Lanes.FLOATS, a, upper + word).intoArray(a, first + i + Lanes.COUNT);
            word += Lanes.COUNT;
            FloatVector.fromArray(Lanes.FLOATS, a, lower + word).intoArray(a, second + i);
            FloatVector.fromArray(Lanes.FLOATS, a, upper + word).intoArray(a, second + i + Lanes.COUNT);
            word += Lanes.COUNT;
        }
    }
}
