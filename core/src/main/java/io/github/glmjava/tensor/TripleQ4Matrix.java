package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/** 4-bit weights whose panels are multiplied with three tokens in a double: {@link TripleTile}. */
final class TripleQ4Matrix extends VectorQ4Matrix {
    /** Measured with two threads; weights in doubles take long to unpack, and words as they are do as well: {@link WordTile}. */
    private static final int TILED_TOKENS = 64;

    private static final int TILE_TOKENS = TripleTile.TRIPLES * TokenTriples.TOKENS;

    /** What 4 bits are taken for with these above them: the last bit of the mantissa counts 1. */
    private static final double LARGE = 0x1p52;

    private static final LongVector NIBBLE = LongVector.broadcast(LongVector.SPECIES_512, 15);
    private static final LongVector LARGE_BITS =
            LongVector.broadcast(LongVector.SPECIES_512, Double.doubleToRawLongBits(LARGE));

    /** Weights are stored with 8 added. */
    private static final DoubleVector EXCESS = DoubleVector.broadcast(DoubleVector.SPECIES_512, LARGE + 8);

    TripleQ4Matrix(MemorySegment data, int rows, int columns) {
        super(data, rows, columns, TILED_TOKENS, TILE_TOKENS);
    }

    @Override
    int sums(int token) {
        return TripleTile.sums(token);
    }

    @Override
    void reserveTiles(int tokens, Activations arranged) {
        arranged.triples(Math.multiplyExact(TokenTriples.count(room(tokens)), layout().groups()));
    }

    @Override
    void arrangeTiles(float[] input, int tokens, Activations arranged, int from, int to) {
        int groups = layout().groups();
        for (int token = from; token < to; token += TokenTriples.TOKENS) {
            int present = Math.min(TokenTriples.TOKENS, tokens - token);
            for (int group = 0; group < groups; group++) {
                int first = token * columns() + group * BlockLayout.GROUP;
                int position = TokenTriples.position(token / TokenTriples.TOKENS, group, groups);
                TokenTriples.make(input, first, columns(), present, present(group), arranged, position);
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
        double[] panel = scratch.doubles(PANEL_GROUPS * BlockLayout.GROUP * PANEL_ROWS);
        int scales = sums(room(tokens));
        if (groups < PANEL_GROUPS) {
            Arrays.fill(sums, scales + PANEL_ROWS, scales + PANEL_GROUPS * PANEL_ROWS, 0);
        }
        for (int block = 0; block < Math.min(PANEL_ROWS, rows() - row); block += BlockLayout.Q4_ROWS) {
            unpackScales(start() + layout().scaleOffset(row + block, firstGroup), groups, sums, scales + block);
            unpack(
                    start() + layout().elementOffset(row + block, firstGroup),
                    groups * RUNS,
                    panel,
                    block * groups * BlockLayout.GROUP);
        }
        TripleTile.multiply(
                panel,
                groups,
                arranged,
                firstGroup,
                layout().groups(),
                sums,
                scales,
                tokens,
                scratch.longs(TripleTile.ALL_SUMS));
    }

    /**
     * Unpacks words column by column. A lane of 64 bits has four columns of four rows: an even one of the first half of the block,
     * the same of the second half, the next of the first half and the next of the second.
     */
    private void unpack(long offset, int runs, double[] panel, int target) {
        for (int run = 0; run < runs; run++) {
            LongVector words = LongVector.fromMemorySegment(
                    LongVector.SPECIES_512, memory(), offset + (long) run * RUN, Lanes.LITTLE_ENDIAN);
            int at = target + run * (BlockLayout.WORD_COLUMNS * TripleTile.TILE_ROWS);
            for (int column = 0; column < BlockLayout.WORD_COLUMNS; column++) {
                words.and(NIBBLE)
                        .or(LARGE_BITS)
                        .reinterpretAsDoubles()
                        .sub(EXCESS)
                        .intoArray(panel, at);
                words.lanewise(VectorOperators.LSHR, 32)
                        .and(NIBBLE)
                        .or(LARGE_BITS)
                        .reinterpretAsDoubles()
                        .sub(EXCESS)
                        .intoArray(panel, at + TripleTile.COUNT);
                words.lanewise(VectorOperators.LSHR, 16)
                        .and(NIBBLE)
                        .or(LARGE_BITS)
                        .reinterpretAsDoubles()
                        .sub(EXCESS)
                        .intoArray(panel, at + 2 * TripleTile.COUNT);
                words.lanewise(VectorOperators.LSHR, 48)
                        .and(NIBBLE)
                        .or(LARGE_BITS)
                        .reinterpretAsDoubles()
                        .sub(EXCESS)
                        .intoArray(panel, at + 3 * TripleTile.COUNT);
                words = words.lanewise(VectorOperators.LSHR, 4);
                at += TripleTile.TILE_ROWS;
            }
        }
    }
}
