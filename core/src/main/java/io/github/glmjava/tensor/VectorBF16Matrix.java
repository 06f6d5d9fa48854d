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
        super(MatrixFormat.BF16, data, rows, columns, PairOrder.BLOCK);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        PairOrder.arrange(input, tokens, columns(), room(arranged, tokens));
    }

    @Override
    protected void stream(float[] x, float[] output, float[] scratch, int row) {
        MemorySegment weights = data();
        int columns = columns();
        long pitch = 2L * columns;
        long start = row * pitch;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < columns; i += PairOrder.BLOCK) {
            FloatVector even = FloatVector.fromArray(Lanes.FLOATS, x, i);
            FloatVector odd = FloatVector.fromArray(Lanes.FLOATS, x, i + Lanes.COUNT);
            long at = start + 2L * i;
            IntVector p0 = load(weights, at);
            IntVector p1 = load(weights, at + pitch);
            IntVector p2 = load(weights, at + 2 * pitch);
            IntVector p3 = load(weights, at + 3 * pitch);
            s0 = odd(p0).fma(odd, even(p0).fma(even, s0));
            s1 = odd(p1).fma(odd, even(p1).fma(even, s1));
            s2 = odd(p2).fma(odd, even(p2).fma(even, s2));
            s3 = odd(p3).fma(odd, even(p3).fma(even, s3));
        }
        // By way of memory: four sums in registers are more than the compiler is willing to inline, and a vector that
        // is passed to a method which is not inlined becomes an object.
        s0.intoArray(scratch, 0);
        s1.intoArray(scratch, Lanes.COUNT);
        s2.intoArray(scratch, 2 * Lanes.COUNT);
        s3.intoArray(scratch, 3 * Lanes.COUNT);
        for (int i = 0; i < STREAMED_ROWS; i++) {
            output[row + i] = Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, scratch, i * Lanes.COUNT));
        }
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
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) {
        return pairs.and(0xffff0000).reinterpretAsFloats();
    }
}
