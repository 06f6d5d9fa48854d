package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 8-bit weights times float activations. Two shifts and a conversion make floats of the bytes of a word, which belong to
 * four rows. The products of a group are added up, then scaled and added to the row's sum, group after group. The
 * streamed and the unpacked product agree to the bit.
 */
final class VectorQ8Matrix extends BlockMatrix {
    /** Measured at 256 bits. */
    private static final int TILED_TOKENS = 6;

    private static final int COLUMN_BYTES = 4 * BlockLayout.COLUMN_WORDS;
    private static final int SCALE_BYTES = 2 * BlockLayout.Q8_ROWS;
    private static final int LAST_OF_GROUP = BlockLayout.GROUP - 1;

    VectorQ8Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q8, data, rows, columns, TILED_TOKENS);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        int groups = Math.multiplyExact(room(tokens), layout().groups());
        arranged.floats(Math.multiplyExact(groups, BlockLayout.GROUP));
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int padded = layout().groups() * BlockLayout.GROUP;
        float[] floats = arranged.floats;
        for (int token = from; token < to; token++) {
            int source = token * columns();
            int target = position(tokens, token, padded);
            if (isTiled(tokens)) {
                int step = Activations.TILE_TOKENS;
                for (int column = 0; column < padded; column++) {
                    floats[target + column * step] = column < columns() ? input[source + column] : 0;
                }
            } else {
                System.arraycopy(input, source, floats, target, columns());
                Arrays.fill(floats, target + columns(), target + padded, 0);
            }
        }
    }

    @Override
    void stream(int row, Activations arranged, int token, float[] sums) {
        Arrays.fill(sums, 0, STREAMED_ROWS, 0);
        int from = token * layout().groups() * BlockLayout.GROUP;
        for (int vector = 0; vector < STREAMED_ROWS / 4 / Lanes.COUNT; vector += 2) {
            streamRows(row, vector, arranged.floats, from, sums);
        }
    }

    /**
     * Two vectors of words, which are eight vectors of rows: as many sums as hide the latency of a multiply-add. Nothing but
     * the Vector API is called, for the reason that {@link PanelTile} gives. Groups are a condition in one loop and not an
     * inner loop, and their sums are scaled and added in memory, for the reasons that {@link VectorQ4Matrix} gives. Even and
     * odd columns are read in turns and not in one step, whose sixteen conversions drive sums out of the registers.
     */
    private void streamRows(int row, int vector, float[] x, int from, float[] sums) {
        MemorySegment weights = memory();
        long first = elementOffset(row, vector);
        long second = elementOffset(row, vector + 1);
        long firstScales = scaleOffset(row, vector);
        long secondScales = scaleOffset(row, vector + 1);
        int at = firstRow(vector, BlockLayout.Q8_ROWS);
        int at2 = firstRow(vector + 1, BlockLayout.Q8_ROWS);
        int columns = layout().groups() * BlockLayout.GROUP;
        long odd = layout().partBytes();
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        FloatVector sum4 = sum0;
        FloatVector sum5 = sum0;
        FloatVector sum6 = sum0;
        FloatVector sum7 = sum0;
        for (int column = 0; column < columns; column++) {
            long word = (long) (column >> 1) * COLUMN_BYTES + (odd & -(column & 1));
            FloatVector activation = FloatVector.broadcast(Lanes.FLOATS, x[from + column]);
            IntVector words = IntVector.fromMemorySegment(Lanes.INTS, weights, first + word, Lanes.LITTLE_ENDIAN);
            sum0 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum0);
            sum1 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum1);
            sum2 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum2);
            sum3 = ((FloatVector) words.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum3);
            words = IntVector.fromMemorySegment(Lanes.INTS, weights, second + word, Lanes.LITTLE_ENDIAN);
            sum4 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum4);
            sum5 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum5);
            sum6 = ((FloatVector) words.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .fma(activation, sum6);
            sum7 = ((FloatVector) words.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum7);
            if ((column & LAST_OF_GROUP) == LAST_OF_GROUP) {
                long scale = (long) (column / BlockLayout.GROUP) * SCALE_BYTES;
                IntVector low =
                        IntVector.fromMemorySegment(Lanes.INTS, weights, firstScales + scale, Lanes.LITTLE_ENDIAN);
                IntVector high = IntVector.fromMemorySegment(
                        Lanes.INTS, weights, firstScales + scale + COLUMN_BYTES, Lanes.LITTLE_ENDIAN);
                sum0.fma(
                                low.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at))
                        .intoArray(sums, at);
                sum1.fma(
                                high.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at + 16))
                        .intoArray(sums, at + 16);
                sum2.fma(low.and(UPPER_HALF).reinterpretAsFloats(), FloatVector.fromArray(Lanes.FLOATS, sums, at + 32))
                        .intoArray(sums, at + 32);
                sum3.fma(high.and(UPPER_HALF).reinterpretAsFloats(), FloatVector.fromArray(Lanes.FLOATS, sums, at + 48))
                        .intoArray(sums, at + 48);
                low = IntVector.fromMemorySegment(Lanes.INTS, weights, secondScales + scale, Lanes.LITTLE_ENDIAN);
                high = IntVector.fromMemorySegment(
                        Lanes.INTS, weights, secondScales + scale + COLUMN_BYTES, Lanes.LITTLE_ENDIAN);
                sum4.fma(
                                low.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2))
                        .intoArray(sums, at2);
                sum5.fma(
                                high.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2 + 16))
                        .intoArray(sums, at2 + 16);
                sum6.fma(low.and(UPPER_HALF).reinterpretAsFloats(), FloatVector.fromArray(Lanes.FLOATS, sums, at2 + 32))
                        .intoArray(sums, at2 + 32);
                sum7.fma(
                                high.and(UPPER_HALF).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2 + 48))
                        .intoArray(sums, at2 + 48);
                sum0 = FloatVector.zero(Lanes.FLOATS);
                sum1 = sum0;
                sum2 = sum0;
                sum3 = sum0;
                sum4 = sum0;
                sum5 = sum0;
                sum6 = sum0;
                sum7 = sum0;
            }
        }
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS * (1 + BlockLayout.GROUP);
    }

    @Override
    void multiplyPanel(
            int row,
            int firstGroup,
            int groups,
            Activations arranged,
            int tokens,
            float[] sums,
            WorkerScratch scratch) {
        int scales = Activations.tiled(tokens) * PANEL_ROWS;
        int panel = scales + PANEL_GROUPS * PANEL_ROWS;
        int columns = groups * BlockLayout.GROUP;
        for (int lane = 0; lane < PANEL_ROWS / 2; lane += Lanes.COUNT) {
            unpackScales(start() + layout().scaleOffset(row, firstGroup) + 4L * lane, groups, sums, scales + lane);
        }
        for (int lane = 0; lane < BlockLayout.COLUMN_WORDS; lane += Lanes.COUNT) {
            long even = start() + layout().elementOffset(row, firstGroup) + 4L * lane;
            unpack(even, columns, sums, panel, lane, 0);
            unpack(even + layout().partBytes(), columns, sums, panel, lane, 1);
        }
        PanelTile.multiply(sums, scales, panel, groups, arranged, firstGroup, layout().groups(), tokens);
    }

    /**
     * Unpacks a vector of words, four vectors of rows, every second column.
     *
     * @param first which column of the panel the first is
     */
    private void unpack(long offset, int columns, float[] a, int panel, int row, int first) {
        MemorySegment weights = memory();
        int to0 = panel + PanelTile.position(row, columns);
        int to1 = panel + PanelTile.position(row + 16, columns);
        int to2 = panel + PanelTile.position(row + 32, columns);
        int to3 = panel + PanelTile.position(row + 48, columns);
        for (int pair = 0; pair < columns / 2; pair++) {
            IntVector words = IntVector.fromMemorySegment(
                    Lanes.INTS, weights, offset + (long) pair * COLUMN_BYTES, Lanes.LITTLE_ENDIAN);
            int to = (2 * pair + first) * PanelTile.TILE_ROWS;
            ((FloatVector) words.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(a, to0 + to);
            ((FloatVector) words.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(a, to1 + to);
            ((FloatVector) words.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(a, to2 + to);
            ((FloatVector) words.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0))
                    .intoArray(a, to3 + to);
        }
    }
}
