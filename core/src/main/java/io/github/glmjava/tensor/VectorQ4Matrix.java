package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights times activations that are rounded to 8 bits with a scale for every 32 columns of a token. The products
 * of a group are added in 16-bit integers, exactly, then scaled and added to the row's float group after group.
 */
final class VectorQ4Matrix extends BlockMatrix {
    private static final int RUN = 2 * BlockLayout.ROWS;
    private static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;
    private static final short NIBBLE = 15;

    private final int elementBytes = layout().elementBytes();
    private final int groupBytes = layout().groupBytes();

    VectorQ4Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q4, data, rows, columns);
    }

    private int stride() {
        return layout().groups() * BlockLayout.GROUP + 2 * BlockLayout.GROUP;
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        int groups = layout().groups();
        arranged.integers(Math.multiplyExact(tokens, stride()), tokens * groups);
        for (int token = 0; token < tokens; token++) {
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
    void stream(long offset, Activations arranged, float[] sums, int at) {
        for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
            streamRows(offset + 4L * lane, arranged.integers, arranged.scales, arranged.offsets, sums, at + lane);
        }
    }

    /**
     * A vector of words, each with a row of the first half of the block below and one of the second half above. Nibbles
     * hold 8 more than the weight; the sum starts at -8 times the activations' sum to make up for it. What overflows 16
     * bits on the way cancels out.
     */
    private void streamRows(long offset, short[] x, float[] scales, short[] offsets, float[] sums, int at) {
        MemorySegment weights = data();
        FloatVector low = FloatVector.zero(Lanes.FLOATS);
        FloatVector high = low;
        long start = offset;
        int groups = layout().groups();
        for (int group = 0; group < groups; group++) {
            ShortVector sum = ShortVector.broadcast(ShortTile.SHORTS, offsets[group]);
            int i = group * BlockLayout.GROUP;
            for (int run = 0; run < RUNS; run++) {
                ShortVector words = ShortVector.fromMemorySegment(
                        ShortTile.SHORTS, weights, start + (long) run * RUN, Lanes.LITTLE_ENDIAN);
                sum = sum.add(words.and(NIBBLE).mul(x[i]));
                sum = sum.add(
                        words.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).mul(x[i + 1]));
                sum = sum.add(
                        words.lanewise(VectorOperators.LSHR, 8).and(NIBBLE).mul(x[i + 2]));
                sum = sum.add(words.lanewise(VectorOperators.LSHR, 12).mul(x[i + 3]));
                i += BlockLayout.WORD_COLUMNS;
            }
            IntVector pairs = sum.reinterpretAsInts();
            IntVector rowScales =
                    IntVector.fromMemorySegment(Lanes.INTS, weights, start + elementBytes, Lanes.LITTLE_ENDIAN);
            FloatVector lowScale = rowScales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector highScale = rowScales.and(0xffff0000).reinterpretAsFloats();
            low = ShortTile.upper(pairs.lanewise(VectorOperators.LSHL, 16)).fma(lowScale.mul(scales[group]), low);
            high = ShortTile.upper(pairs).fma(highScale.mul(scales[group]), high);
            start += groupBytes;
        }
        low.intoArray(sums, at);
        high.intoArray(sums, at + 16);
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
        int groupSize = BlockLayout.GROUP * PANEL_ROWS;
        int tileSums = PANEL_GROUPS * groupSize;
        short[] panel = scratch.shorts(tileSums + ShortTile.SCRATCH);
        int scales = tokens * PANEL_ROWS;
        for (int group = 0; group < groups; group++) {
            int target = group * groupSize;
            int scale = scales + group * PANEL_ROWS;
            unpack(layout().groupOffset(row, firstGroup + group), panel, target, sums, scale);
            if (hasSecondBlock(row)) {
                long second = layout().groupOffset(row + BlockLayout.ROWS, firstGroup + group);
                unpack(second, panel, target + BlockLayout.ROWS, sums, scale + BlockLayout.ROWS);
            }
        }
        int allGroups = layout().groups();
        int count;
        for (int token = 0; token < tokens; token += count) {
            count = ShortTile.tokens(tokens - token);
            for (int group = 0; group < groups; group++) {
                int column = (firstGroup + group) * BlockLayout.GROUP;
                ShortTile.multiply(
                        panel,
                        group * groupSize,
                        arranged.integers,
                        token * stride() + column,
                        stride(),
                        count,
                        tileSums);
                for (int t = 0; t < count; t++) {
                    ShortTile.scale(
                            panel,
                            tileSums + t * PANEL_ROWS,
                            sums,
                            scales + group * PANEL_ROWS,
                            arranged.scales[(token + t) * allGroups + firstGroup + group],
                            (token + t) * PANEL_ROWS);
                }
            }
        }
    }

    /** Unpacks one group of one block, column by column, and its scales in the order of rows. */
    private void unpack(long group, short[] panel, int target, float[] floats, int scales) {
        MemorySegment weights = data();
        for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
            IntVector pairs = IntVector.fromMemorySegment(
                    Lanes.INTS, weights, group + elementBytes + 4L * lane, Lanes.LITTLE_ENDIAN);
            pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(floats, scales + lane);
            pairs.and(0xffff0000).reinterpretAsFloats().intoArray(floats, scales + lane + 16);
            for (int run = 0; run < RUNS; run++) {
                ShortVector words = ShortVector.fromMemorySegment(
                        ShortTile.SHORTS, weights, group + (long) run * RUN + 4L * lane, Lanes.LITTLE_ENDIAN);
                int at = target + run * BlockLayout.WORD_COLUMNS * PANEL_ROWS + 2 * lane;
                for (int shift = 0; shift < 16; shift += 4) {
                    words.lanewise(VectorOperators.LSHR, shift)
                            .and(NIBBLE)
                            .sub((short) 8)
                            .intoArray(panel, at);
                    at += PANEL_ROWS;
                }
            }
        }
    }
}
