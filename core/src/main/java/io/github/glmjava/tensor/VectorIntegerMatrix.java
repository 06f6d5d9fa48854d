package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Stored 8-bit or 4-bit integers times float activations, exact in floats. A lane of 32 bits holds 4 or 8 neighbouring
 * columns; the kernels take the first column of every lane of a block, then every second one, and so on, and the
 * activations are brought into that order once. What is left after the last whole block keeps its own order.
 */
final class VectorIntegerMatrix extends VectorMatrix {
    private final int bits;

    /** Columns in a lane. */
    private final int laneColumns;

    /** Columns in a vector of stored integers. */
    private final int block;

    VectorIntegerMatrix(MatrixFormat format, MemorySegment data, int rows, int columns) {
        super(format, data, rows, columns, Lanes.COUNT * Integer.SIZE / format.bits());
        bits = format.bits();
        laneColumns = Integer.SIZE / bits;
        block = Lanes.COUNT * laneColumns;
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        int columns = columns();
        int whole = columns - columns % block;
        int stride = FloatTile.stride(columns);
        float[] floats = room(arranged, tokens);
        for (int token = 0; token < tokens; token++) {
            int from = token * columns;
            int to = token * stride;
            for (int first = 0; first < whole; first += block) {
                for (int i = 0; i < block; i++) {
                    floats[to + first + i] = input[from + first + i % Lanes.COUNT * laneColumns + i / Lanes.COUNT];
                }
            }
            System.arraycopy(input, from + whole, floats, to + whole, columns - whole);
        }
    }

    @Override
    protected void stream(float[] x, float[] output, float[] scratch, int row) {
        MemorySegment weights = data();
        int columns = columns();
        long pitch = (long) columns * bits / 8;
        long at = row * pitch;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int first = 0; first < columns; first += block) {
            IntVector w0 = load(weights, at);
            IntVector w1 = load(weights, at + pitch);
            IntVector w2 = load(weights, at + 2 * pitch);
            IntVector w3 = load(weights, at + 3 * pitch);
            for (int i = 0; i < laneColumns; i++) {
                FloatVector a = FloatVector.fromArray(Lanes.FLOATS, x, first + i * Lanes.COUNT);
                int shift = shift(i);
                s0 = element(w0, shift).fma(a, s0);
                s1 = element(w1, shift).fma(a, s1);
                s2 = element(w2, shift).fma(a, s2);
                s3 = element(w3, shift).fma(a, s3);
            }
            at += (long) Lanes.COUNT * Integer.BYTES;
        }
        // By way of memory, as in VectorBF16Matrix.
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
        int whole = columns - columns % block;
        for (int r = 0; r < count; r++) {
            long first = (long) (row + r) * columns;
            int target = r * FloatTile.stride(columns);
            for (int column = 0; column < whole; column += block) {
                IntVector words = load(weights, (first + column) * bits / 8);
                for (int i = 0; i < laneColumns; i++) {
                    element(words, shift(i)).intoArray(panel, target + column + i * Lanes.COUNT);
                }
            }
            ScalarMatrix.readRow(format(), weights, first + whole, columns - whole, panel, target + whole);
        }
    }

    /** How far a column of a lane is from the lane's uppermost bits; of a byte's two columns the first is the upper. */
    private int shift(int column) {
        return bits == 8 ? 24 - 8 * column : 28 - 4 * (column ^ 1);
    }

    private static IntVector load(MemorySegment weights, long at) {
        return IntVector.fromMemorySegment(Lanes.INTS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    private FloatVector element(IntVector words, int shift) {
        IntVector integers = words.lanewise(VectorOperators.LSHL, shift).lanewise(VectorOperators.ASHR, 32 - bits);
        return (FloatVector) integers.convert(VectorOperators.I2F, 0);
    }
}
