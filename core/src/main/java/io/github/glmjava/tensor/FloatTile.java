package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Some columns of unpacked weight rows times several tokens' activations, both floats on the heap: the kernel for many
 * tokens that all row-major formats share. A lane of a vector is a row; the columns are of one residue: {@link ColumnOrder}.
 *
 * <p>6 tokens x 2 vectors keep 12 sums and 3 operands in 16 registers: 12 multiply-adds for 8 loads. The loop is long and
 * plain on purpose: unrolled, or with a part of the columns in an inner loop, the compiler keeps sums in memory.
 */
final class FloatTile {
    /** Rows whose weights of one column are adjacent. */
    static final int ROWS = 2 * Lanes.COUNT;

    /** The distance of two tokens' sums. */
    static final int PANEL_ROWS = 32;

    /** Columns that a tile takes before the next one takes as many: weights and activations stay in the first-level cache. */
    static final int STEPS = 128;

    private static final int TOKENS = 6;
    private static final int FEW_TOKENS = 2;

    /** Floats from which the sums of all tokens can start. */
    static final int START = TOKENS * PANEL_ROWS;

    private FloatTile() {}

    /** So many tokens, rounded up to whole tiles: what there is too much is multiplied in vain. */
    static int padded(int tokens) {
        return Math.ceilDiv(tokens, FEW_TOKENS) * FEW_TOKENS;
    }

    /**
     * {@code sum[token][row] = start[token][row] + dot(weights[row], activations[token])}.
     *
     * @param a weights of {@code ROWS} rows, {@code steps x ROWS}, from {@code weights} on; and the sums
     * @param x activations, {@code tokens x steps}, from {@code from} on
     * @param tokens a number from {@link #padded}
     * @param zeros where {@link #START} zeros are to start from; or negative, to go on with the sums
     * @param sums where they are, {@code PANEL_ROWS} from token to token
     */
    static void multiply(float[] a, int weights, int steps, float[] x, int from, int tokens, int zeros, int sums) {
        int token = 0;
        while (token < tokens) {
            int target = sums + token * PANEL_ROWS;
            int start = zeros < 0 ? target : zeros;
            if (token + TOKENS <= tokens) {
                tile6x2(a, weights, x, from + token * steps, steps, start, target);
                token += TOKENS;
            } else {
                tile2x2(a, weights, x, from + token * steps, steps, start, target);
                token += FEW_TOKENS;
            }
        }
    }

    /** Adds the {@code count} floats behind {@code count} floats to them. */
    static void add(float[] a, int from, int count) {
        for (int i = from; i < from + count; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, a, i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, a, i + count))
                    .intoArray(a, i);
        }
    }

    private static void tile6x2(float[] a, int weights, float[] x, int x0, int steps, int start, int sums) {
        int x1 = x0 + steps;
        int x2 = x1 + steps;
        int x3 = x2 + steps;
        int x4 = x3 + steps;
        int x5 = x4 + steps;
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, a, start);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, a, start + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s40 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS);
        FloatVector s41 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s50 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS);
        FloatVector s51 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS + Lanes.COUNT);
        for (int i = 0; i < steps; i++) {
            int w = weights + i * ROWS;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
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
            token = FloatVector.broadcast(Lanes.FLOATS, x[x4 + i]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            token = FloatVector.broadcast(Lanes.FLOATS, x[x5 + i]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s10.intoArray(a, sums + PANEL_ROWS);
        s11.intoArray(a, sums + PANEL_ROWS + Lanes.COUNT);
        s20.intoArray(a, sums + 2 * PANEL_ROWS);
        s21.intoArray(a, sums + 2 * PANEL_ROWS + Lanes.COUNT);
        s30.intoArray(a, sums + 3 * PANEL_ROWS);
        s31.intoArray(a, sums + 3 * PANEL_ROWS + Lanes.COUNT);
        s40.intoArray(a, sums + 4 * PANEL_ROWS);
        s41.intoArray(a, sums + 4 * PANEL_ROWS + Lanes.COUNT);
        s50.intoArray(a, sums + 5 * PANEL_ROWS);
        s51.intoArray(a, sums + 5 * PANEL_ROWS + Lanes.COUNT);
    }

    private static void tile2x2(float[] a, int weights, float[] x, int x0, int steps, int start, int sums) {
        int x1 = x0 + steps;
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, a, start);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, a, start + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + Lanes.COUNT);
        for (int i = 0; i < steps; i++) {
            int w = weights + i * ROWS;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[x0 + i]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[x1 + i]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s10.intoArray(a, sums + PANEL_ROWS);
        s11.intoArray(a, sums + PANEL_ROWS + Lanes.COUNT);
    }
}
