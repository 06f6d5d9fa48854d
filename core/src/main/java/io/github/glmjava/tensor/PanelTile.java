package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * A panel of unpacked 8-bit weights, column by column, times several tokens: outer products, with a lane for each row.
 * Every group of columns is added up on its own, column after column, then scaled and added to the row's sum, whatever the
 * number of tokens.
 *
 * <p>6 tokens x 4 vectors keep 24 sums and 5 operands in 32 registers. Machines of 16 registers get 4 x 2: with 6 x 2 the
 * compiler keeps some sums in memory, which costs about half the speed.
 *
 * <p>The loop over a group has a constant length: else the compiler adds a safepoint and an outer loop to it, and keeps
 * addresses in vector registers. Two columns at a time halve what is not arithmetic; with four, sums go to memory again.
 *
 * <p>The tiles call nothing but the Vector API, whose methods are always inlined: a method of our own would not be, once a
 * kernel has grown to so many operations, and a vector that is passed to it would become an object.
 */
final class PanelTile {
    private static final int ROWS = BlockMatrix.PANEL_ROWS;
    private static final boolean MANY_REGISTERS = Lanes.COUNT == 16;
    private static final int TOKENS = MANY_REGISTERS ? 6 : 4;

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = (MANY_REGISTERS ? 4 : 2) * Lanes.COUNT;

    private PanelTile() {}

    /** Where in a panel of so many columns the first column of a row lies; the next is {@link #TILE_ROWS} further. */
    static int position(int row, int columns) {
        return row / TILE_ROWS * TILE_ROWS * columns + row % TILE_ROWS;
    }

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param a {@code tokens x ROWS} sums, from {@code scales} on the scales of {@code ROWS} rows for each group, from
     *     {@code panel} on the weights
     * @param columns of the panel, whole groups
     * @param x activations, {@code stride} apart, the panel's first column at {@code first}
     * @param starts what the sum of a group starts with, {@code startStride} groups for each token, the panel's first group
     *     at {@code firstGroup}
     */
    static void multiply(
            float[] a,
            int scales,
            int panel,
            int columns,
            float[] x,
            int first,
            int stride,
            float[] starts,
            int firstGroup,
            int startStride,
            int tokens) {
        int whole = tokens - tokens % TOKENS;
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            int w = panel + row * columns;
            for (int token = 0; token < whole; token += TOKENS) {
                int sums = token * ROWS + row;
                int offset = token * stride + first;
                int start = token * startStride + firstGroup;
                if (MANY_REGISTERS) {
                    tile6x4(a, sums, scales + row, w, columns, x, offset, stride, starts, start, startStride);
                } else {
                    tile4x2(a, sums, scales + row, w, columns, x, offset, stride, starts, start, startStride);
                }
            }
            for (int token = whole; token < tokens; token++) {
                int sums = token * ROWS + row;
                int offset = token * stride + first;
                int start = token * startStride + firstGroup;
                if (MANY_REGISTERS) {
                    tile1x4(a, sums, scales + row, w, columns, x, offset, starts, start);
                } else {
                    tile1x2(a, sums, scales + row, w, columns, x, offset, starts, start);
                }
            }
        }
    }

    private static void tile6x4(
            float[] a,
            int sums,
            int scales,
            int panel,
            int columns,
            float[] x,
            int offset,
            int stride,
            float[] starts,
            int start,
            int startStride) {
        int w = panel;
        int scale = scales;
        int group = start;
        int x0 = offset;
        for (int end = offset + columns; x0 < end; x0 += BlockLayout.GROUP) {
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            int x4 = x3 + stride;
            int x5 = x4 + stride;
            FloatVector s00 = FloatVector.broadcast(Lanes.FLOATS, starts[group]);
            FloatVector s01 = s00;
            FloatVector s02 = s00;
            FloatVector s03 = s00;
            FloatVector s10 = FloatVector.broadcast(Lanes.FLOATS, starts[group + startStride]);
            FloatVector s11 = s10;
            FloatVector s12 = s10;
            FloatVector s13 = s10;
            FloatVector s20 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 2 * startStride]);
            FloatVector s21 = s20;
            FloatVector s22 = s20;
            FloatVector s23 = s20;
            FloatVector s30 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 3 * startStride]);
            FloatVector s31 = s30;
            FloatVector s32 = s30;
            FloatVector s33 = s30;
            FloatVector s40 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 4 * startStride]);
            FloatVector s41 = s40;
            FloatVector s42 = s40;
            FloatVector s43 = s40;
            FloatVector s50 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 5 * startStride]);
            FloatVector s51 = s50;
            FloatVector s52 = s50;
            FloatVector s53 = s50;
            for (int i = 0; i < BlockLayout.GROUP; i += 2) {
                int column = w + i * TILE_ROWS;
                FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, column);
                FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + Lanes.COUNT);
                FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, a, column + 2 * Lanes.COUNT);
                FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, a, column + 3 * Lanes.COUNT);
                FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                s02 = w2.fma(token, s02);
                s03 = w3.fma(token, s03);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x1 + i]);
                s10 = w0.fma(token, s10);
                s11 = w1.fma(token, s11);
                s12 = w2.fma(token, s12);
                s13 = w3.fma(token, s13);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x2 + i]);
                s20 = w0.fma(token, s20);
                s21 = w1.fma(token, s21);
                s22 = w2.fma(token, s22);
                s23 = w3.fma(token, s23);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x3 + i]);
                s30 = w0.fma(token, s30);
                s31 = w1.fma(token, s31);
                s32 = w2.fma(token, s32);
                s33 = w3.fma(token, s33);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x4 + i]);
                s40 = w0.fma(token, s40);
                s41 = w1.fma(token, s41);
                s42 = w2.fma(token, s42);
                s43 = w3.fma(token, s43);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x5 + i]);
                s50 = w0.fma(token, s50);
                s51 = w1.fma(token, s51);
                s52 = w2.fma(token, s52);
                s53 = w3.fma(token, s53);
                w0 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS);
                w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + Lanes.COUNT);
                w2 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + 2 * Lanes.COUNT);
                w3 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + 3 * Lanes.COUNT);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i + 1]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                s02 = w2.fma(token, s02);
                s03 = w3.fma(token, s03);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x1 + i + 1]);
                s10 = w0.fma(token, s10);
                s11 = w1.fma(token, s11);
                s12 = w2.fma(token, s12);
                s13 = w3.fma(token, s13);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x2 + i + 1]);
                s20 = w0.fma(token, s20);
                s21 = w1.fma(token, s21);
                s22 = w2.fma(token, s22);
                s23 = w3.fma(token, s23);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x3 + i + 1]);
                s30 = w0.fma(token, s30);
                s31 = w1.fma(token, s31);
                s32 = w2.fma(token, s32);
                s33 = w3.fma(token, s33);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x4 + i + 1]);
                s40 = w0.fma(token, s40);
                s41 = w1.fma(token, s41);
                s42 = w2.fma(token, s42);
                s43 = w3.fma(token, s43);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x5 + i + 1]);
                s50 = w0.fma(token, s50);
                s51 = w1.fma(token, s51);
                s52 = w2.fma(token, s52);
                s53 = w3.fma(token, s53);
            }
            w += BlockLayout.GROUP * TILE_ROWS;
            FloatVector f0 = FloatVector.fromArray(Lanes.FLOATS, a, scale);
            FloatVector f1 = FloatVector.fromArray(Lanes.FLOATS, a, scale + Lanes.COUNT);
            FloatVector f2 = FloatVector.fromArray(Lanes.FLOATS, a, scale + 2 * Lanes.COUNT);
            FloatVector f3 = FloatVector.fromArray(Lanes.FLOATS, a, scale + 3 * Lanes.COUNT);
            s00.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
            s01.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                    .intoArray(a, sums + Lanes.COUNT);
            s02.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 2 * Lanes.COUNT);
            s03.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 3 * Lanes.COUNT);
            s10.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS)).intoArray(a, sums + ROWS);
            s11.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + Lanes.COUNT))
                    .intoArray(a, sums + ROWS + Lanes.COUNT);
            s12.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + 2 * Lanes.COUNT))
                    .intoArray(a, sums + ROWS + 2 * Lanes.COUNT);
            s13.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + 3 * Lanes.COUNT))
                    .intoArray(a, sums + ROWS + 3 * Lanes.COUNT);
            s20.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS)).intoArray(a, sums + 2 * ROWS);
            s21.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
            s22.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 2 * ROWS + 2 * Lanes.COUNT);
            s23.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 2 * ROWS + 3 * Lanes.COUNT);
            s30.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS)).intoArray(a, sums + 3 * ROWS);
            s31.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
            s32.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 3 * ROWS + 2 * Lanes.COUNT);
            s33.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 3 * ROWS + 3 * Lanes.COUNT);
            s40.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS)).intoArray(a, sums + 4 * ROWS);
            s41.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 4 * ROWS + Lanes.COUNT);
            s42.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 4 * ROWS + 2 * Lanes.COUNT);
            s43.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 4 * ROWS + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 4 * ROWS + 3 * Lanes.COUNT);
            s50.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS)).intoArray(a, sums + 5 * ROWS);
            s51.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 5 * ROWS + Lanes.COUNT);
            s52.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 5 * ROWS + 2 * Lanes.COUNT);
            s53.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 5 * ROWS + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 5 * ROWS + 3 * Lanes.COUNT);
            scale += ROWS;
            group++;
        }
    }

    private static void tile4x2(
            float[] a,
            int sums,
            int scales,
            int panel,
            int columns,
            float[] x,
            int offset,
            int stride,
            float[] starts,
            int start,
            int startStride) {
        int w = panel;
        int scale = scales;
        int group = start;
        int x0 = offset;
        for (int end = offset + columns; x0 < end; x0 += BlockLayout.GROUP) {
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            FloatVector s00 = FloatVector.broadcast(Lanes.FLOATS, starts[group]);
            FloatVector s01 = s00;
            FloatVector s10 = FloatVector.broadcast(Lanes.FLOATS, starts[group + startStride]);
            FloatVector s11 = s10;
            FloatVector s20 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 2 * startStride]);
            FloatVector s21 = s20;
            FloatVector s30 = FloatVector.broadcast(Lanes.FLOATS, starts[group + 3 * startStride]);
            FloatVector s31 = s30;
            for (int i = 0; i < BlockLayout.GROUP; i += 2) {
                int column = w + i * TILE_ROWS;
                FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, column);
                FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + Lanes.COUNT);
                FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x1 + i]);
                s10 = w0.fma(token, s10);
                s11 = w1.fma(token, s11);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x2 + i]);
                s20 = w0.fma(token, s20);
                s21 = w1.fma(token, s21);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x3 + i]);
                s30 = w0.fma(token, s30);
                s31 = w1.fma(token, s31);
                w0 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS);
                w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + Lanes.COUNT);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i + 1]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x1 + i + 1]);
                s10 = w0.fma(token, s10);
                s11 = w1.fma(token, s11);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x2 + i + 1]);
                s20 = w0.fma(token, s20);
                s21 = w1.fma(token, s21);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x3 + i + 1]);
                s30 = w0.fma(token, s30);
                s31 = w1.fma(token, s31);
            }
            w += BlockLayout.GROUP * TILE_ROWS;
            FloatVector f0 = FloatVector.fromArray(Lanes.FLOATS, a, scale);
            FloatVector f1 = FloatVector.fromArray(Lanes.FLOATS, a, scale + Lanes.COUNT);
            s00.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
            s01.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                    .intoArray(a, sums + Lanes.COUNT);
            s10.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS)).intoArray(a, sums + ROWS);
            s11.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + ROWS + Lanes.COUNT))
                    .intoArray(a, sums + ROWS + Lanes.COUNT);
            s20.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS)).intoArray(a, sums + 2 * ROWS);
            s21.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 2 * ROWS + Lanes.COUNT);
            s30.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS)).intoArray(a, sums + 3 * ROWS);
            s31.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * ROWS + Lanes.COUNT))
                    .intoArray(a, sums + 3 * ROWS + Lanes.COUNT);
            scale += ROWS;
            group++;
        }
    }

    private static void tile1x4(
            float[] a, int sums, int scales, int panel, int columns, float[] x, int offset, float[] starts, int start) {
        int w = panel;
        int scale = scales;
        int group = start;
        int x0 = offset;
        for (int end = offset + columns; x0 < end; x0 += BlockLayout.GROUP) {
            FloatVector s00 = FloatVector.broadcast(Lanes.FLOATS, starts[group]);
            FloatVector s01 = s00;
            FloatVector s02 = s00;
            FloatVector s03 = s00;
            for (int i = 0; i < BlockLayout.GROUP; i += 2) {
                int column = w + i * TILE_ROWS;
                FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, column);
                FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + Lanes.COUNT);
                FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, a, column + 2 * Lanes.COUNT);
                FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, a, column + 3 * Lanes.COUNT);
                FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                s02 = w2.fma(token, s02);
                s03 = w3.fma(token, s03);
                w0 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS);
                w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + Lanes.COUNT);
                w2 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + 2 * Lanes.COUNT);
                w3 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + 3 * Lanes.COUNT);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i + 1]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                s02 = w2.fma(token, s02);
                s03 = w3.fma(token, s03);
            }
            w += BlockLayout.GROUP * TILE_ROWS;
            FloatVector f0 = FloatVector.fromArray(Lanes.FLOATS, a, scale);
            FloatVector f1 = FloatVector.fromArray(Lanes.FLOATS, a, scale + Lanes.COUNT);
            FloatVector f2 = FloatVector.fromArray(Lanes.FLOATS, a, scale + 2 * Lanes.COUNT);
            FloatVector f3 = FloatVector.fromArray(Lanes.FLOATS, a, scale + 3 * Lanes.COUNT);
            s00.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
            s01.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                    .intoArray(a, sums + Lanes.COUNT);
            s02.fma(f2, FloatVector.fromArray(Lanes.FLOATS, a, sums + 2 * Lanes.COUNT))
                    .intoArray(a, sums + 2 * Lanes.COUNT);
            s03.fma(f3, FloatVector.fromArray(Lanes.FLOATS, a, sums + 3 * Lanes.COUNT))
                    .intoArray(a, sums + 3 * Lanes.COUNT);
            scale += ROWS;
            group++;
        }
    }

    private static void tile1x2(
            float[] a, int sums, int scales, int panel, int columns, float[] x, int offset, float[] starts, int start) {
        int w = panel;
        int scale = scales;
        int group = start;
        int x0 = offset;
        for (int end = offset + columns; x0 < end; x0 += BlockLayout.GROUP) {
            FloatVector s00 = FloatVector.broadcast(Lanes.FLOATS, starts[group]);
            FloatVector s01 = s00;
            for (int i = 0; i < BlockLayout.GROUP; i += 2) {
                int column = w + i * TILE_ROWS;
                FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, column);
                FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + Lanes.COUNT);
                FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
                w0 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS);
                w1 = FloatVector.fromArray(Lanes.FLOATS, a, column + TILE_ROWS + Lanes.COUNT);
                token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i + 1]);
                s00 = w0.fma(token, s00);
                s01 = w1.fma(token, s01);
            }
            w += BlockLayout.GROUP * TILE_ROWS;
            FloatVector f0 = FloatVector.fromArray(Lanes.FLOATS, a, scale);
            FloatVector f1 = FloatVector.fromArray(Lanes.FLOATS, a, scale + Lanes.COUNT);
            s00.fma(f0, FloatVector.fromArray(Lanes.FLOATS, a, sums)).intoArray(a, sums);
            s01.fma(f1, FloatVector.fromArray(Lanes.FLOATS, a, sums + Lanes.COUNT))
                    .intoArray(a, sums + Lanes.COUNT);
            scale += ROWS;
            group++;
        }
    }
}
