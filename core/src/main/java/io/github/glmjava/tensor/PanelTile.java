package io.github.glmjava.tensor;

import java.util.Arrays;
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

    /** Tokens whose activations of one column are adjacent: those of the largest tile. */
    static final int TOKENS = FloatTile.TOKENS;

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = FloatTile.ROWS;

    private PanelTile() {}

    /** Where in a panel of so many columns the first column of a row lies; the next is {@link #TILE_ROWS} further. */
    static int position(int row, int columns) {
        return row / TILE_ROWS * TILE_ROWS * columns + row % TILE_ROWS;
    }

    /**
     * Adds {@code panel x activations} to the sums, which begin with the first group: where a tile has them in the first-level cache.
     *
     * @param a from {@code sums} on {@code tokens x ROWS} sums, rounded up to whole tiles, from {@code scales} on the scales of
     *     {@code ROWS} rows for each group, from {@code panel} on the weights
     * @param groups of columns in the panel
     * @param activations as {@link Activations#inPanels} tells
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     */
    static void multiply(
            float[] a,
            int sums,
            int scales,
            int panel,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            int tokens) {
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            for (int token = 0; token < tokens; token += TOKENS) {
                int at = Activations.inPanels(
                        token,
                        firstGroup * BlockLayout.GROUP,
                        tokens,
                        allGroups * BlockLayout.GROUP,
                        TOKENS,
                        VectorQ8Matrix.PANEL_COLUMNS);
                int weights = panel + row * groups * BlockLayout.GROUP;
                int scale = scales + row;
                int to = sums + token * ROWS + row;
                if (firstGroup == 0 && row == 0) {
                    Arrays.fill(a, to, to + TOKENS * ROWS, 0);
                }
                boolean large = Lanes.MANY_REGISTERS && tokens - token > FloatTile.SMALL_TOKENS;
                for (int group = 0; group < groups; group++) {
                    if (large) {
                        largeTile(a, to, scale, weights, activations.floats, at);
                    } else {
                        for (int i = 0; i < TILE_ROWS; i += FloatTile.SMALL_ROWS) {
                            smallTile(a, to + i, scale + i, weights + i, activations.floats, at);
                        }
                    }
                    at += BlockLayout.GROUP * TOKENS;
                    weights += BlockLayout.GROUP * TILE_ROWS;
                    scale += ROWS;
                }
            }
        }
    }

    private static void smallTile(float[] a, int sums, int scales, int weights, float[] x, int from) {
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s11 = s10;
        FloatVector s20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s21 = s20;
        FloatVector s30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s31 = s30;
        for (int column = 0; column < BlockLayout.GROUP; column++) {
            int w = weights + column * TILE_ROWS;
            int at = from + column * TOKENS;
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

    private static void largeTile(float[] a, int sums, int scales, int weights, float[] x, int from) {
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s11 = s10;
        FloatVector s12 = s10;
        FloatVector s13 = s10;
        FloatVector s20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s21 = s20;
        FloatVector s22 = s20;
        FloatVector s23 = s20;
        FloatVector s30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s31 = s30;
        FloatVector s32 = s30;
        FloatVector s33 = s30;
        FloatVector s40 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s41 = s40;
        FloatVector s42 = s40;
        FloatVector s43 = s40;
        FloatVector s50 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s51 = s50;
        FloatVector s52 = s50;
        FloatVector s53 = s50;
        for (int column = 0; column < BlockLayout.GROUP; column++) {
            int w = weights + column * TILE_ROWS;
            int at = from + column * TOKENS;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
            FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, a, w + 2 * Lanes.COUNT);
            FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, a, w + 3 * Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[at]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            s02 = w2.fma(token, s02);
            s03 = w3.fma(token, s03);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 1]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            s12 = w2.fma(token, s12);
            s13 = w3.fma(token, s13);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 2]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            s22 = w2.fma(token, s22);
            s23 = w3.fma(token, s23);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 3]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            s32 = w2.fma(token, s32);
            s33 = w3.fma(token, s33);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 4]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            s42 = w2.fma(token, s42);
            s43 = w3.fma(token, s43);
            token = FloatVector.broadcast(Lanes.FLOATS, x[at + 5]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
            s52 = w2.fma(token, s52);
            s53 = w3.fma(token, s53);
        }
        FloatVector scale0 = FloatVector.fromArray(Lanes.FLOATS, a, scales);
        FloatVector scale1 = FloatVector.fromArray(Lanes.FLOATS, a, scales + Lanes.COUNT);
        FloatVector scale2 = FloatVector.fromArray(Lanes.FLOATS, a, scales + 2 * Lanes.COUNT);
        FloatVector scale3 = FloatVector.fromArray(Lanes.FLOATS, a, scales + 3 * Lanes.COUNT);
        s00.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
        s01.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                .intoArray(a, sums + Lanes.COUNT);
        s02.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * Lanes.COUNT))
                .intoArray(a, sums + 2 * Lanes.COUNT);
        s03.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * Lanes.COUNT))
                .intoArray(a, sums + 3 * Lanes.COUNT);
        s10.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS)).intoArray(a, sums + ROWS);
        s11.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + Lanes.COUNT))
                .intoArray(a, sums + ROWS + Lanes.COUNT);
        s12.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + 2 * Lanes.COUNT))
                .intoArray(a, sums + ROWS + 2 * Lanes.COUNT);
        s13.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + 3 * Lanes.COUNT))
                .intoArray(a, sums + ROWS + 3 * Lanes.COUNT);
        s20.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS)).intoArray(a, sums + 2 * ROWS);
        s21.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
        s22.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + 2 * Lanes.COUNT))
                .intoArray(a, sums + 2 * ROWS + 2 * Lanes.COUNT);
        s23.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + 3 * Lanes.COUNT))
                .intoArray(a, sums + 2 * ROWS + 3 * Lanes.COUNT);
        s30.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS)).intoArray(a, sums + 3 * ROWS);
        s31.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
        s32.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + 2 * Lanes.COUNT))
                .intoArray(a, sums + 3 * ROWS + 2 * Lanes.COUNT);
        s33.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + 3 * Lanes.COUNT))
                .intoArray(a, sums + 3 * ROWS + 3 * Lanes.COUNT);
        s40.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS)).intoArray(a, sums + 4 * ROWS);
        s41.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 4 * ROWS + Lanes.COUNT);
        s42.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + 2 * Lanes.COUNT))
                .intoArray(a, sums + 4 * ROWS + 2 * Lanes.COUNT);
        s43.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + 3 * Lanes.COUNT))
                .intoArray(a, sums + 4 * ROWS + 3 * Lanes.COUNT);
        s50.fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS)).intoArray(a, sums + 5 * ROWS);
        s51.fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + Lanes.COUNT))
                .intoArray(a, sums + 5 * ROWS + Lanes.COUNT);
        s52.fma(scale2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + 2 * Lanes.COUNT))
                .intoArray(a, sums + 5 * ROWS + 2 * Lanes.COUNT);
        s53.fma(scale3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + 3 * Lanes.COUNT))
                .intoArray(a, sums + 5 * ROWS + 3 * Lanes.COUNT);
    }
}
