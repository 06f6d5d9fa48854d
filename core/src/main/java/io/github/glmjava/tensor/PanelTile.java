package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * A panel of unpacked weights, column by column, times several tokens: outer products, with a lane for each row. Sums and
 * panel lie in one array. Every sum is accumulated column after column, whatever the number of tokens.
 *
 * <p>6 tokens x 4 vectors keep 24 sums and 5 operands in 32 registers; machines of 16 registers get 6 x 2.
 */
final class PanelTile {
    private static final int ROWS = BlockMatrix.PANEL_ROWS;
    private static final int TOKENS = 6;
    private static final boolean MANY_REGISTERS = Lanes.COUNT == 16;
    private static final int TILE_ROWS = (MANY_REGISTERS ? 4 : 2) * Lanes.COUNT;

    private PanelTile() {}

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param a {@code tokens x ROWS} sums, and from {@code panel} on {@code columns x ROWS} weights
     * @param x activations, {@code stride} apart
     * @param first the column of the activations that belongs to the panel's first
     */
    static void multiply(float[] a, int panel, int columns, float[] x, int first, int stride, int tokens) {
        int whole = tokens - tokens % TOKENS;
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            for (int token = 0; token < whole; token += TOKENS) {
                int offset = token * stride + first;
                if (MANY_REGISTERS) {
                    tile6x4(a, token * ROWS + row, panel + row, columns, x, offset, stride);
                } else {
                    tile6x2(a, token * ROWS + row, panel + row, columns, x, offset, stride);
                }
            }
            for (int token = whole; token < tokens; token++) {
                int offset = token * stride + first;
                if (MANY_REGISTERS) {
                    tile1x4(a, token * ROWS + row, panel + row, columns, x, offset);
                } else {
                    tile1x2(a, token * ROWS + row, panel + row, columns, x, offset);
                }
            }
        }
    }

    private static FloatVector load(float[] a, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, a, at);
    }

    private static void tile6x4(float[] a, int sums, int panel, int columns, float[] x, int offset, int stride) {
        FloatVector s00 = load(a, sums);
        FloatVector s01 = load(a, sums + Lanes.COUNT);
        FloatVector s02 = load(a, sums + 2 * Lanes.COUNT);
        FloatVector s03 = load(a, sums + 3 * Lanes.COUNT);
        FloatVector s10 = load(a, sums + ROWS);
        FloatVector s11 = load(a, sums + ROWS + Lanes.COUNT);
        FloatVector s12 = load(a, sums + ROWS + 2 * Lanes.COUNT);
        FloatVector s13 = load(a, sums + ROWS + 3 * Lanes.COUNT);
        FloatVector s20 = load(a, sums + 2 * ROWS);
        FloatVector s21 = load(a, sums + 2 * ROWS + Lanes.COUNT);
        FloatVector s22 = load(a, sums + 2 * ROWS + 2 * Lanes.COUNT);
        FloatVector s23 = load(a, sums + 2 * ROWS + 3 * Lanes.COUNT);
        FloatVector s30 = load(a, sums + 3 * ROWS);
        FloatVector s31 = load(a, sums + 3 * ROWS + Lanes.COUNT);
        FloatVector s32 = load(a, sums + 3 * ROWS + 2 * Lanes.COUNT);
        FloatVector s33 = load(a, sums + 3 * ROWS + 3 * Lanes.COUNT);
        FloatVector s40 = load(a, sums + 4 * ROWS);
        FloatVector s41 = load(a, sums + 4 * ROWS + Lanes.COUNT);
        FloatVector s42 = load(a, sums + 4 * ROWS + 2 * Lanes.COUNT);
        FloatVector s43 = load(a, sums + 4 * ROWS + 3 * Lanes.COUNT);
        FloatVector s50 = load(a, sums + 5 * ROWS);
        FloatVector s51 = load(a, sums + 5 * ROWS + Lanes.COUNT);
        FloatVector s52 = load(a, sums + 5 * ROWS + 2 * Lanes.COUNT);
        FloatVector s53 = load(a, sums + 5 * ROWS + 3 * Lanes.COUNT);
        int w = panel;
        for (int i = offset; i < offset + columns; i++) {
            FloatVector w0 = load(a, w);
            FloatVector w1 = load(a, w + Lanes.COUNT);
            FloatVector w2 = load(a, w + 2 * Lanes.COUNT);
            FloatVector w3 = load(a, w + 3 * Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[i]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            s02 = w2.fma(token, s02);
            s03 = w3.fma(token, s03);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + stride]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            s12 = w2.fma(token, s12);
            s13 = w3.fma(token, s13);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 2 * stride]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            s22 = w2.fma(token, s22);
            s23 = w3.fma(token, s23);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 3 * stride]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            s32 = w2.fma(token, s32);
            s33 = w3.fma(token, s33);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 4 * stride]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            s42 = w2.fma(token, s42);
            s43 = w3.fma(token, s43);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 5 * stride]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
            s52 = w2.fma(token, s52);
            s53 = w3.fma(token, s53);
            w += ROWS;
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s02.intoArray(a, sums + 2 * Lanes.COUNT);
        s03.intoArray(a, sums + 3 * Lanes.COUNT);
        s10.intoArray(a, sums + ROWS);
        s11.intoArray(a, sums + ROWS + Lanes.COUNT);
        s12.intoArray(a, sums + ROWS + 2 * Lanes.COUNT);
        s13.intoArray(a, sums + ROWS + 3 * Lanes.COUNT);
        s20.intoArray(a, sums + 2 * ROWS);
        s21.intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
        s22.intoArray(a, sums + 2 * ROWS + 2 * Lanes.COUNT);
        s23.intoArray(a, sums + 2 * ROWS + 3 * Lanes.COUNT);
        s30.intoArray(a, sums + 3 * ROWS);
        s31.intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
        s32.intoArray(a, sums + 3 * ROWS + 2 * Lanes.COUNT);
        s33.intoArray(a, sums + 3 * ROWS + 3 * Lanes.COUNT);
        s40.intoArray(a, sums + 4 * ROWS);
        s41.intoArray(a, sums + 4 * ROWS + Lanes.COUNT);
        s42.intoArray(a, sums + 4 * ROWS + 2 * Lanes.COUNT);
        s43.intoArray(a, sums + 4 * ROWS + 3 * Lanes.COUNT);
        s50.intoArray(a, sums + 5 * ROWS);
        s51.intoArray(a, sums + 5 * ROWS + Lanes.COUNT);
        s52.intoArray(a, sums + 5 * ROWS + 2 * Lanes.COUNT);
        s53.intoArray(a, sums + 5 * ROWS + 3 * Lanes.COUNT);
    }

    private static void tile6x2(float[] a, int sums, int panel, int columns, float[] x, int offset, int stride) {
        FloatVector s00 = load(a, sums);
        FloatVector s01 = load(a, sums + Lanes.COUNT);
        FloatVector s10 = load(a, sums + ROWS);
        FloatVector s11 = load(a, sums + ROWS + Lanes.COUNT);
        FloatVector s20 = load(a, sums + 2 * ROWS);
        FloatVector s21 = load(a, sums + 2 * ROWS + Lanes.COUNT);
        FloatVector s30 = load(a, sums + 3 * ROWS);
        FloatVector s31 = load(a, sums + 3 * ROWS + Lanes.COUNT);
        FloatVector s40 = load(a, sums + 4 * ROWS);
        FloatVector s41 = load(a, sums + 4 * ROWS + Lanes.COUNT);
        FloatVector s50 = load(a, sums + 5 * ROWS);
        FloatVector s51 = load(a, sums + 5 * ROWS + Lanes.COUNT);
        int w = panel;
        for (int i = offset; i < offset + columns; i++) {
            FloatVector w0 = load(a, w);
            FloatVector w1 = load(a, w + Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[i]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + stride]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 2 * stride]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 3 * stride]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 4 * stride]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            token = FloatVector.broadcast(Lanes.FLOATS, x[i + 5 * stride]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
            w += ROWS;
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s10.intoArray(a, sums + ROWS);
        s11.intoArray(a, sums + ROWS + Lanes.COUNT);
        s20.intoArray(a, sums + 2 * ROWS);
        s21.intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
        s30.intoArray(a, sums + 3 * ROWS);
        s31.intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
        s40.intoArray(a, sums + 4 * ROWS);
        s41.intoArray(a, sums + 4 * ROWS + Lanes.COUNT);
        s50.intoArray(a, sums + 5 * ROWS);
        s51.intoArray(a, sums + 5 * ROWS + Lanes.COUNT);
    }

    private static void tile1x4(float[] a, int sums, int panel, int columns, float[] x, int offset) {
        FloatVector s00 = load(a, sums);
        FloatVector s01 = load(a, sums + Lanes.COUNT);
        FloatVector s02 = load(a, sums + 2 * Lanes.COUNT);
        FloatVector s03 = load(a, sums + 3 * Lanes.COUNT);
        int w = panel;
        for (int i = offset; i < offset + columns; i++) {
            FloatVector w0 = load(a, w);
            FloatVector w1 = load(a, w + Lanes.COUNT);
            FloatVector w2 = load(a, w + 2 * Lanes.COUNT);
            FloatVector w3 = load(a, w + 3 * Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[i]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            s02 = w2.fma(token, s02);
            s03 = w3.fma(token, s03);
            w += ROWS;
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s02.intoArray(a, sums + 2 * Lanes.COUNT);
        s03.intoArray(a, sums + 3 * Lanes.COUNT);
    }

    private static void tile1x2(float[] a, int sums, int panel, int columns, float[] x, int offset) {
        FloatVector s00 = load(a, sums);
        FloatVector s01 = load(a, sums + Lanes.COUNT);
        int w = panel;
        for (int i = offset; i < offset + columns; i++) {
            FloatVector w0 = load(a, w);
            FloatVector w1 = load(a, w + Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[i]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            w += ROWS;
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
    }
}
