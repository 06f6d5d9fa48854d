package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Some columns of unpacked weight rows times several tokens' activations, both floats on the heap: the kernel for many
 * tokens that all row-major formats share. A lane of a vector is a row; the columns are of one residue: {@link ColumnOrder}.
 *
 * <p>4 tokens x 2 vectors keep 8 sums and 3 operands in 16 registers: as many sums as hide the latency of two
 * multiply-adds a cycle. The activations of 4 tokens are interleaved, so that one address serves all of them. Larger tiles
 * and unrolled loops are slower: the compiler loads all operands of a step first, and then keeps sums in memory.
 */
final class FloatTile {
    /** Rows whose weights of one column are adjacent. */
    static final int ROWS = 2 * Lanes.COUNT;

    /** The distance of two tokens' sums. */
    static final int PANEL_ROWS = 32;

    /** Columns that a tile takes before the next one takes as many: 8 KB of weights stay in the first-level cache with what is beside. */
    static final int STEPS = 2048 / ROWS;

    /** Floats from which the sums of all tokens can start. */
    static final int START = Activations.TILE_TOKENS * PANEL_ROWS;

    private FloatTile() {}

    /**
     * {@code sum[token][row] = start[token][row] + dot(weights[row], activations[token])}.
     *
     * @param a weights of {@code ROWS} rows, {@code steps x ROWS}, from {@code weights} on; and the sums
     * @param x interleaved activations, {@code steps} columns, from {@code from} on: {@link Activations#interleaved}
     * @param tokens a number from {@link Activations#tiled}
     * @param zeros where {@link #START} zeros are to start from; or negative, to go on with the sums
     * @param sums where they are, {@code PANEL_ROWS} from token to token
     */
    static void multiply(float[] a, int weights, int steps, float[] x, int from, int tokens, int zeros, int sums) {
        for (int token = 0; token < tokens; token += Activations.TILE_TOKENS) {
            int target = sums + token * PANEL_ROWS;
            int start = zeros < 0 ? target : zeros;
            tile(a, weights, x, from + token * steps, steps, start, target);
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

    private static void tile(float[] a, int weights, float[] x, int from, int steps, int start, int sums) {
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, a, start);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, a, start + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + Lanes.COUNT);
        for (int i = 0; i < steps * Activations.TILE_TOKENS; i += Activations.TILE_TOKENS) {
            int w = weights + i * (ROWS / Activations.TILE_TOKENS);
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
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s10.intoArray(a, sums + PANEL_ROWS);
        s11.intoArray(a, sums + PANEL_ROWS + Lanes.COUNT);
        s20.intoArray(a, sums + 2 * PANEL_ROWS);
        s21.intoArray(a, sums + 2 * PANEL_ROWS + Lanes.COUNT);
        s30.intoArray(a, sums + 3 * PANEL_ROWS);
        s31.intoArray(a, sums + 3 * PANEL_ROWS + Lanes.COUNT);
    }
}
