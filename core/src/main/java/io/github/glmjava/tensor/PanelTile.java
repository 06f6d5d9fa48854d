package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * A panel of unpacked 8-bit weights, column by column, times several tokens: outer products, with a lane for each row.
 * Every group of columns is added up on its own, column after column, then scaled and added to the row's sum, whatever the
 * number of tokens. The shape of the tile is that of {@link FloatTile}.
 *
 * <p>A tile takes one group: the loop over its columns has a constant length, else the compiler adds a safepoint and an
 * outer loop to it; and no loop over groups goes around it, whose addresses would be kept in vector registers.
 *
 * <p>The tiles call nothing but the Vector API, whose methods are always inlined: a method of our own would not be, once a
 * kernel has grown to so many operations, and a vector that is passed to it would become an object.
 */
final class PanelTile {
    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = 2 * Lanes.COUNT;

    private PanelTile() {}

    /** Where in a panel of so many columns the first column of a row lies; the next is {@link #TILE_ROWS} further. */
    static int position(int row, int columns) {
        return row / TILE_ROWS * TILE_ROWS * columns + row % TILE_ROWS;
    }

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param a {@code tokens x ROWS} sums, rounded up to whole tiles, from {@code scales} on the scales of {@code ROWS}
     *     rows for each group, from {@code panel} on the weights
     * @param groups of columns in the panel
     * @param activations interleaved floats
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     */
    static void multiply(
            float[] a,
            int scales,
            int panel,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            int tokens) {
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            for (int token = 0; token < tokens; token += Activations.TILE_TOKENS) {
                int at = Activations.interleaved(token, firstGroup * BlockLayout.GROUP, allGroups * BlockLayout.GROUP);
                int weights = panel + row * groups * BlockLayout.GROUP;
                int scale = scales + row;
                for (int group = 0; group < groups; group++) {
                    tile(a, token * ROWS + row, scale, weights, activations.floats, at);
                    at += BlockLayout.GROUP * Activations.TILE_TOKENS;
                    weights += BlockLayout.GROUP * TILE_ROWS;
                    scale += ROWS;
                }
            }
        }
    }

    private static void tile(float[] a, int sums, int scales, int weights, float[] x, int from) {
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s11 = s10;
        FloatVector s20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s21 = s20;
        FloatVector s30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s31 = s30;
        for (int i = 0; i < BlockLayout.GROUP * Activations.TILE_TOKENS; i += Activations.TILE_TOKENS) {
            int w = weights + i * (TILE_ROWS / Activations.TILE_TOKENS);
            int at = from + i;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[at]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 1]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 2]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 3]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
        }
        FloatVector scale0 = FloatVector.fromArray(Lanes.FLOATS, a, scales);
        FloatVector scale1 = FloatVector.fromArray(Lanes.FLOATS, a, scales + Lanes.COUNT);
        s00.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
        s01.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                .intoArray(a, sums + Lanes.COUNT);
        s10.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS)).intoArray(a, sums + ROWS);
        s11.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + Lanes.COUNT))
                .intoArray(a, sums + ROWS + Lanes.COUNT);
        s20.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS)).intoArray(a, sums + 2 * ROWS);
        s21.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
        s30.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS)).intoArray(a, sums + 3 * ROWS);
        s31.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
    }
}
