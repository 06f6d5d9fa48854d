package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Stored 8-bit or 4-bit integers times float activations, exact in floats. A lane of 32 bits holds 4 or 8 neighbouring
 * columns; they are walked in the order of {@link ColumnOrder}.
 */
final class VectorIntegerMatrix extends VectorMatrix {
    private final int bits;

    /** Columns in a lane. */
    private final int laneColumns;

    VectorIntegerMatrix(MatrixFormat format, MemorySegment data, int rows, int columns) {
        super(format, data, rows, columns, Integer.SIZE / format.bits());
        bits = format.bits();
        laneColumns = Integer.SIZE / bits;
    }

    @Override
    protected void stream(int row, int apart, float[] x, int from, float[] output, int to, float[] scratch) {
        streamTwo(row, apart, x, from, scratch, 0);
        streamTwo(row + 2 * apart, apart, x, from, scratch, 2 * Lanes.COUNT);
        sumLanes(scratch, output, to, apart);
    }

    private void streamTwo(int row, int apart, float[] x, int from, float[] sums, int to) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        int end = from + columns();
        long rowBytes = (long) columns() * bits / 8;
        long pitch = apart * rowBytes;
        long at = start() + row * rowBytes;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector t1 = FloatVector.zero(Lanes.FLOATS);
        for (int first = from; first < end; first += Lanes.COUNT * laneColumns) {
            IntVector w0 = words(weights, at);
            IntVector w1 = words(weights, at + pitch);
            for (int i = 0; i < laneColumns; i += 2) {
                FloatVector activation = FloatVector.fromArray(Lanes.FLOATS, x, first + i * Lanes.COUNT);
                int shift = shift(i);
                s0 = element(w0, shift).fma(activation, s0);
                s1 = element(w1, shift).fma(activation, s1);
                activation = FloatVector.fromArray(Lanes.FLOATS, x, first + (i + 1) * Lanes.COUNT);
                shift = shift(i + 1);
                t0 = element(w0, shift).fma(activation, t0);
                t1 = element(w1, shift).fma(activation, t1);
            }
            at += (long) Lanes.COUNT * Integer.BYTES;
        }
        s0.add(t0).intoArray(sums, to);
        s1.add(t1).intoArray(sums, to + Lanes.COUNT);
    }

    @Override
    protected void unpack(float[] a, int lower, int upper, int steps, int first, int second) {
        unpackHalf(a, lower, steps, first, second);
        unpackHalf(a, upper, steps, first + Lanes.COUNT, second + Lanes.COUNT);
    }

    private void unpackHalf(float[] a, int from, int steps, int first, int second) {
        int word = from;
        int to = 0;
        for (int step = 0; step < steps; step += laneColumns / 2) {
            IntVector words = FloatVector.fromArray(Lanes.FLOATS, a, word).reinterpretAsInts();
            for (int column = 0; column < laneColumns; column += 2) {
                element(words, shift(column)).intoArray(a, first + to);
                element(words, shift(column + 1)).intoArray(a, second + to);
                to += FloatTile.ROWS;
            }
            word += Lanes.COUNT;
        }
    }

    /** How far a column of a lane is from the lane's uppermost bits; of a byte's two columns the first is the upper. */
    private int shift(int column) {
        return bits == 8 ? 24 - 8 * column : 28 - 4 * (column ^ 1);
    }

    private FloatVector element(IntVector words, int shift) {
        IntVector integers = words.lanewise(VectorOperators.LSHL, shift).lanewise(VectorOperators.ASHR, 32 - bits);
        return (FloatVector) integers.convert(VectorOperators.I2F, 0);
    }
}
