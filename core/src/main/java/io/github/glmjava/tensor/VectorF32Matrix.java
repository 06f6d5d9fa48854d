package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Stored floats, walked in their own order. */
final class VectorF32Matrix extends VectorMatrix {
    VectorF32Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.F32, data, rows, columns, Lanes.COUNT);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        int columns = columns();
        int stride = FloatTile.stride(columns);
        float[] floats = room(arranged, tokens);
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(input, token * columns, floats, token * stride, columns);
        }
    }

    @Override
    protected void stream(float[] x, float[] output, float[] scratch, int row) {
        MemorySegment weights = data();
        int columns = columns();
        long pitch = 4L * columns;
        long start = row * pitch;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < columns; i += Lanes.COUNT) {
            FloatVector a = FloatVector.fromArray(Lanes.FLOATS, x, i);
            long at = start + 4L * i;
            s0 = load(weights, at).fma(a, s0);
            s1 = load(weights, at + pitch).fma(a, s1);
            s2 = load(weights, at + 2 * pitch).fma(a, s2);
            s3 = load(weights, at + 3 * pitch).fma(a, s3);
        }
        output[row] = Lanes.sum(s0);
        output[row + 1] = Lanes.sum(s1);
        output[row + 2] = Lanes.sum(s2);
        output[row + 3] = Lanes.sum(s3);
    }

    private static FloatVector load(MemorySegment weights, long at) {
        return FloatVector.fromMemorySegment(Lanes.FLOATS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    @Override
    protected void unpack(int row, int count, float[] panel) {
        for (int r = 0; r < count; r++) {
            readRow(row + r, panel, r * FloatTile.stride(columns()));
        }
    }
}
