package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** 4-bit weights whose panels are multiplied in 16-bit lanes: {@link ShortTile}. */
final class ShortQ4Matrix extends VectorQ4Matrix {
    /** Measured with two threads; fewer tokens are as fast or faster with words as they are: {@link WordTile}. */
    private static final int TILED_TOKENS = Lanes.MANY_REGISTERS ? 32 : 16;

    private static final short NIBBLE = 15;

    ShortQ4Matrix(MemorySegment data, int rows, int columns) {
        super(data, rows, columns, TILED_TOKENS, ShortTile.TOKENS);
    }

    @Override
    void reserveTiles(int tokens, Activations arranged) {
        int groups = Math.multiplyExact(room(tokens), layout().groups());
        arranged.integers(Math.multiplyExact(groups, BlockLayout.GROUP), groups);
    }

    @Override
    void arrangeTiles(float[] input, int tokens, Activations arranged, int from, int to) {
        int step = ShortTile.TOKENS;
        int groups = layout().groups();
        for (int token = from; token < to; token++) {
            int target = Activations.interleaved(token, 0, groups * BlockLayout.GROUP, step);
            int start = Activations.interleaved(token, 0, groups, step);
            for (int group = 0; group < groups; group++) {
                int column = group * BlockLayout.GROUP;
                int first = token * columns() + column;
                arranged.quantize(input, first, present(group), target + column * step, step, start + group * step);
            }
        }
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
        short[] panel = scratch.shorts(PANEL_GROUPS * BlockLayout.GROUP * PANEL_ROWS);
        int scales = sums(room(tokens));
        for (int block = 0; block < Math.min(PANEL_ROWS, rows() - row); block += BlockLayout.Q4_ROWS) {
            long elements = start() + layout().elementOffset(row + block, firstGroup);
            long scaleWords = start() + layout().scaleOffset(row + block, firstGroup);
            for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
                int word = block + 2 * lane;
                int target = word / ShortTile.TILE_ROWS * columns * ShortTile.TILE_ROWS + word % ShortTile.TILE_ROWS;
                unpackScales(scaleWords + 4L * lane, groups, sums, scales + block + lane);
                unpack(elements + 4L * lane, groups * RUNS, panel, target);
            }
        }
        ShortTile.multiply(panel, groups, arranged, firstGroup, layout().groups(), sums, scales, tokens);
    }

    /** Unpacks a vector of words column by column. */
    private void unpack(long offset, int runs, short[] panel, int target) {
        for (int run = 0; run < runs; run++) {
            ShortVector words = ShortVector.fromMemorySegment(
                    ShortTile.SHORTS, memory(), offset + (long) run * RUN, Lanes.LITTLE_ENDIAN);
            int at = target + run * (BlockLayout.WORD_COLUMNS * ShortTile.TILE_ROWS);
            words.and(NIBBLE).intoArray(panel, at);
            words.lanewise(VectorOperators.LSHR, 4).and(NIBBLE).intoArray(panel, at + ShortTile.TILE_ROWS);
            words.lanewise(VectorOperators.LSHR, 8).and(NIBBLE).intoArray(panel, at + 2 * ShortTile.TILE_ROWS);
            words.lanewise(VectorOperators.LSHR, 12).intoArray(panel, at + 3 * ShortTile.TILE_ROWS);
        }
    }
}
