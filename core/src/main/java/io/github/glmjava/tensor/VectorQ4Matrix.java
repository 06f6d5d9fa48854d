package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights times activations that are rounded to 8 bits with a scale for every 32 columns of a token. The products
 * of a group are added in 16-bit integers, exactly, then scaled and added to the row's float group after group:
 * {@link ShortTile}.
 */
final class VectorQ4Matrix extends BlockMatrix {
    private static final int RUN = 2 * BlockLayout.ROWS;
    private static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;
    private static final int SCALE_BYTES = 2 * BlockLayout.ROWS;
    private static final short NIBBLE = 15;

    VectorQ4Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q4, data, rows, columns);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        arranged.integers(Math.multiplyExact(tokens, stride()), tokens * layout().groups());
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int groups = layout().groups();
        for (int token = from; token < to; token++) {
            for (int group = 0; group < groups; group++) {
                int column = group * BlockLayout.GROUP;
                arranged.quantize(
                        input,
                        token * columns() + column,
                        Math.min(BlockLayout.GROUP, columns() - column),
                        token * stride() + column,
                        token * groups + group);
            }
        }
    }

    @Override
    void stream(int row, Activations arranged, float[] sums) {
        long first = layout().groupOffset(row, 0);
        long second = hasSecondBlock(row) ? layout().groupOffset(row + BlockLayout.ROWS, 0) : first;
        if (Lanes.COUNT == 16) {
            streamRows(first, second - first, arranged, sums, 0, BlockLayout.ROWS);
            return;
        }
        for (int lane = 0; lane < 16; lane += 2 * Lanes.COUNT) {
            int at = BlockLayout.ROWS + lane;
            streamRows(first + 4L * lane, 4L * Lanes.COUNT, arranged, sums, lane, lane + Lanes.COUNT);
            streamRows(second + 4L * lane, 4L * Lanes.COUNT, arranged, sums, at, at + Lanes.COUNT);
        }
    }

    /**
     * Two vectors of words, at the offset and at some distance from it, each with rows of the first half of a block below
     * and rows of the second half above. Nothing but the Vector API is called, for the reason that {@link PanelTile} gives.
     *
     * @param at where the sums of the first vector's lower halves go; those of the upper halves go 16 further
     * @param at2 where those of the second go
     */
    private void streamRows(long offset, long distance, Activations arranged, float[] sums, int at, int at2) {
        MemorySegment weights = data();
        int[] x = arranged.integers;
        int[] starts = arranged.integerStarts;
        float[] activationScales = arranged.scales;
        FloatVector total0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector total1 = total0;
        FloatVector total2 = total0;
        FloatVector total3 = total0;
        int groups = layout().groups();
        long word = offset;
        int column = 0;
        for (int group = 0; group < groups; group++) {
            ShortVector sum0 = IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
            ShortVector sum1 = sum0;
            for (int run = 0; run < RUNS; run++) {
                ShortVector w0 = ShortVector.fromMemorySegment(ShortTile.SHORTS, weights, word, Lanes.LITTLE_ENDIAN);
                ShortVector w1 =
                        ShortVector.fromMemorySegment(ShortTile.SHORTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
                ShortVector activation =
                        IntVector.broadcast(Lanes.INTS, x[column]).reinterpretAsShorts();
                sum0 = sum0.add(w0.and(NIBBLE).mul(activation));
                sum1 = sum1.add(w1.and(NIBBLE).mul(activation));
                activation = IntVector.broadcast(Lanes.INTS, x[column + 1]).reinterpretAsShorts();
                sum0 = sum0.add(w0.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).mul(activation));
                sum1 = sum1.add(w1.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).mul(activation));
                activation = IntVector.broadcast(Lanes.INTS, x[column + 2]).reinterpretAsShorts();
                sum0 = sum0.add(w0.lanewise(VectorOperators.LSHR, 8).and(NIBBLE).mul(activation));
                sum1 = sum1.add(w1.lanewise(VectorOperators.LSHR, 8).and(NIBBLE).mul(activation));
                activation = IntVector.broadcast(Lanes.INTS, x[column + 3]).reinterpretAsShorts();
                sum0 = sum0.add(w0.lanewise(VectorOperators.LSHR, 12).mul(activation));
                sum1 = sum1.add(w1.lanewise(VectorOperators.LSHR, 12).mul(activation));
                word += RUN;
                column += BlockLayout.WORD_COLUMNS;
            }
            FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[group]);
            IntVector scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word, Lanes.LITTLE_ENDIAN);
            FloatVector low = scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector high = scales.and(0xffff0000).reinterpretAsFloats();
            IntVector pairs = sum0.reinterpretAsInts();
            total0 = ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                    .fma(low.mul(scale), total0);
            total1 = ((FloatVector) pairs.and(0xffff0000).convert(VectorOperators.I2F, 0)).fma(high.mul(scale), total1);
            scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
            low = scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            high = scales.and(0xffff0000).reinterpretAsFloats();
            pairs = sum1.reinterpretAsInts();
            total2 = ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                    .fma(low.mul(scale), total2);
            total3 = ((FloatVector) pairs.and(0xffff0000).convert(VectorOperators.I2F, 0)).fma(high.mul(scale), total3);
            word += SCALE_BYTES;
        }
        total0.intoArray(sums, at);
        total1.intoArray(sums, at + 16);
        total2.intoArray(sums, at2);
        total3.intoArray(sums, at2 + 16);
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS;
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
        int columns = groups * BlockLayout.GROUP;
        int tileSums = PANEL_GROUPS * BlockLayout.GROUP * PANEL_ROWS;
        short[] panel = scratch.shorts(tileSums + ShortTile.SCRATCH);
        int scales = tokens * PANEL_ROWS;
        for (int block = 0; block < (hasSecondBlock(row) ? PANEL_ROWS : BlockLayout.ROWS); block += BlockLayout.ROWS) {
            for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
                long offset = layout().groupOffset(row + block, firstGroup) + 4L * lane;
                int word = block + 2 * lane;
                int tile = word / ShortTile.TILE_ROWS;
                unpackScales(offset, groups, sums, scales + block + lane);
                unpack(offset, groups, panel, tile * columns * ShortTile.TILE_ROWS + word % ShortTile.TILE_ROWS);
            }
        }
        ShortTile.multiply(
                panel, tileSums, groups, arranged, stride(), firstGroup, layout().groups(), sums, scales, tokens);
    }

    /** Unpacks a vector of words column by column. */
    private void unpack(long offset, int groups, short[] panel, int target) {
        int at = target;
        for (int group = 0; group < groups; group++) {
            long word = offset + (long) group * layout().groupBytes();
            for (int run = 0; run < RUNS; run++) {
                ShortVector words = ShortVector.fromMemorySegment(ShortTile.SHORTS, data(), word, Lanes.LITTLE_ENDIAN);
                words.and(NIBBLE).intoArray(panel, at);
                at += ShortTile.TILE_ROWS;
                words.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).intoArray(panel, at);
                at += ShortTile.TILE_ROWS;
                words.lanewise(VectorOperators.LSHR, 8).and(NIBBLE).intoArray(panel, at);
                at += ShortTile.TILE_ROWS;
                words.lanewise(VectorOperators.LSHR, 12).intoArray(panel, at);
                at += ShortTile.TILE_ROWS;
                word += RUN;
            }
        }
    }
}
