package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Some columns of unpacked weight rows times several tokens' activations, both floats on the heap: the kernel for many
 * tokens that all row-major formats share. A lane of a vector is a row; the columns are of one residue: {@link ColumnOrder}.
 *
 * <p>4 tokens x 2 vectors keep 8 sums and 3 operands in 16 registers: as many sums as hide the latency of two
 * multiply-adds a cycle. With 32 registers it is 6 x 4: 10 loads for 24 multiply-adds instead of 6 for 8, and no sum is waited
 * for. The activations of a tile's tokens are interleaved, so that one address serves all of them. Larger tiles and
 * unrolled loops are slower: the compiler loads all operands of a step first, and then keeps sums in memory.
 */
final class FloatTile {
    /** Tokens whose activations of one column are adjacent: those of the largest tile. */
    static final int TOKENS = Lanes.MANY_REGISTERS ? 6 : 4;

    /** Tokens and rows of the small tile, which does what is left of the tokens. */
    static final int SMALL_TOKENS = 4;

    static final int SMALL_ROWS = 2 * Lanes.COUNT;

    /** Rows whose weights of one column are adjacent. */
    static final int ROWS = Lanes.MANY_REGISTERS ? 2 * SMALL_ROWS : SMALL_ROWS;

    /** The distance of two tokens' sums. */
    static final int PANEL_ROWS = Math.max(32, ROWS);

    /**
     * Columns that a tile takes before the next one takes as many: 8 KB of weights stay in the first-level cache with what is
     * beside. Large tiles take 16 KB: fewer columns would not be worth loading and storing so many sums.
     */
    static final int STEPS = (Lanes.MANY_REGISTERS ? 4096 : 2048) / ROWS;

    /** Floats from which the sums of a tile can start. */
    static final int START = TOKENS * PANEL_ROWS;

    private FloatTile() {}

    /**
     * {@code sum[token][row] = start[token][row] + dot(weights[row], activations[token])} for one tile, added to sums that wait.
     *
     * @param a weights of {@code ROWS} rows, {@code steps x ROWS}, from {@code weights} on; and the sums
     * @param x interleaved activations, {@code steps} columns, from {@code from} on: {@link Activations#interleaved}
     * @param tokens how many, of which a tile does {@link #TOKENS} or what is left; more may be multiplied in vain
     * @param start what the sums start with, laid out as they are
     * @param sums where they go, {@code PANEL_ROWS} from token to token, if none wait
     * @param waiting of how many tiles the sums are to be added, one after the other; those of the last take the place of its own
     * @param level how far before {@code sums} the first of these are, and each further ones before those
     */
    static void multiply(
            float[] a,
            int weights,
            int steps,
            float[] x,
            int from,
            int tokens,
            int start,
            int sums,
            int waiting,
            int level) {
        if (Lanes.MANY_REGISTERS && tokens > SMALL_TOKENS) {
            largeTile(a, weights, x, from, steps, start, sums, waiting, level);
        } else {
            for (int row = 0; row < ROWS; row += SMALL_ROWS) {
                smallTile(a, weights + row, x, from, steps, start + row, sums + row, waiting, level);
            }
        }
    }

    private static void smallTile(
            float[] a, int weights, float[] x, int from, int steps, int start, int sums, int waiting, int level) {
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, a, start);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, a, start + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + Lanes.COUNT);
        for (int step = 0; step < steps; step++) {
            int w = weights + step * ROWS;
            int at = from + step * TOKENS;
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
        int to = sums;
        for (int i = 0; i < waiting; i++) {
            to -= level;
            s00 = FloatVector.fromArray(Lanes.FLOATS, a, to).add(s00);
            s01 = FloatVector.fromArray(Lanes.FLOATS, a, to + Lanes.COUNT).add(s01);
            s10 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS).add(s10);
            s11 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS + Lanes.COUNT)
                    .add(s11);
            s20 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS).add(s20);
            s21 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS + Lanes.COUNT)
                    .add(s21);
            s30 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS).add(s30);
            s31 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS + Lanes.COUNT)
                    .add(s31);
        }
        s00.intoArray(a, to);
        s01.intoArray(a, to + Lanes.COUNT);
        s10.intoArray(a, to + PANEL_ROWS);
        s11.intoArray(a, to + PANEL_ROWS + Lanes.COUNT);
        s20.intoArray(a, to + 2 * PANEL_ROWS);
        s21.intoArray(a, to + 2 * PANEL_ROWS + Lanes.COUNT);
        s30.intoArray(a, to + 3 * PANEL_ROWS);
        s31.intoArray(a, to + 3 * PANEL_ROWS + Lanes.COUNT);
    }

    private static void largeTile(
            float[] a, int weights, float[] x, int from, int steps, int start, int sums, int waiting, int level) {
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, a, start);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, a, start + Lanes.COUNT);
        FloatVector s02 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * Lanes.COUNT);
        FloatVector s03 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + Lanes.COUNT);
        FloatVector s12 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + 2 * Lanes.COUNT);
        FloatVector s13 = FloatVector.fromArray(Lanes.FLOATS, a, start + PANEL_ROWS + 3 * Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s22 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + 2 * Lanes.COUNT);
        FloatVector s23 = FloatVector.fromArray(Lanes.FLOATS, a, start + 2 * PANEL_ROWS + 3 * Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s32 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + 2 * Lanes.COUNT);
        FloatVector s33 = FloatVector.fromArray(Lanes.FLOATS, a, start + 3 * PANEL_ROWS + 3 * Lanes.COUNT);
        FloatVector s40 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS);
        FloatVector s41 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s42 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS + 2 * Lanes.COUNT);
        FloatVector s43 = FloatVector.fromArray(Lanes.FLOATS, a, start + 4 * PANEL_ROWS + 3 * Lanes.COUNT);
        FloatVector s50 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS);
        FloatVector s51 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS + Lanes.COUNT);
        FloatVector s52 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS + 2 * Lanes.COUNT);
        FloatVector s53 = FloatVector.fromArray(Lanes.FLOATS, a, start + 5 * PANEL_ROWS + 3 * Lanes.COUNT);
        for (int step = 0; step < steps; step++) {
            int w = weights + step * ROWS;
            int at = from + step * TOKENS;
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
        int to = sums;
        for (int i = 0; i < waiting; i++) {
            to -= level;
            s00 = FloatVector.fromArray(Lanes.FLOATS, a, to).add(s00);
            s01 = FloatVector.fromArray(Lanes.FLOATS, a, to + Lanes.COUNT).add(s01);
            s02 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * Lanes.COUNT).add(s02);
            s03 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * Lanes.COUNT).add(s03);
            s10 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS).add(s10);
            s11 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS + Lanes.COUNT)
                    .add(s11);
            s12 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS + 2 * Lanes.COUNT)
                    .add(s12);
            s13 = FloatVector.fromArray(Lanes.FLOATS, a, to + PANEL_ROWS + 3 * Lanes.COUNT)
                    .add(s13);
            s20 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS).add(s20);
            s21 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS + Lanes.COUNT)
                    .add(s21);
            s22 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS + 2 * Lanes.COUNT)
                    .add(s22);
            s23 = FloatVector.fromArray(Lanes.FLOATS, a, to + 2 * PANEL_ROWS + 3 * Lanes.COUNT)
                    .add(s23);
            s30 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS).add(s30);
            s31 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS + Lanes.COUNT)
                    .add(s31);
            s32 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS + 2 * Lanes.COUNT)
                    .add(s32);
            s33 = FloatVector.fromArray(Lanes.FLOATS, a, to + 3 * PANEL_ROWS + 3 * Lanes.COUNT)
                    .add(s33);
            s40 = FloatVector.fromArray(Lanes.FLOATS, a, to + 4 * PANEL_ROWS).add(s40);
            s41 = FloatVector.fromArray(Lanes.FLOATS, a, to + 4 * PANEL_ROWS + Lanes.COUNT)
                    .add(s41);
            s42 = FloatVector.fromArray(Lanes.FLOATS, a, to + 4 * PANEL_ROWS + 2 * Lanes.COUNT)
                    .add(s42);
            s43 = FloatVector.fromArray(Lanes.FLOATS, a, to + 4 * PANEL_ROWS + 3 * Lanes.COUNT)
                    .add(s43);
            s50 = FloatVector.fromArray(Lanes.FLOATS, a, to + 5 * PANEL_ROWS).add(s50);
            s51 = FloatVector.fromArray(Lanes.FLOATS, a, to + 5 * PANEL_ROWS + Lanes.COUNT)
                    .add(s51);
            s52 = FloatVector.fromArray(Lanes.FLOATS, a, to + 5 * PANEL_ROWS + 2 * Lanes.COUNT)
                    .add(s52);
            s53 = FloatVector.fromArray(Lanes.FLOATS, a, to + 5 * PANEL_ROWS + 3 * Lanes.COUNT)
                    .add(s53);
        }
        s00.intoArray(a, to);
        s01.intoArray(a, to + Lanes.COUNT);
        s02.intoArray(a, to + 2 * Lanes.COUNT);
        s03.intoArray(a, to + 3 * Lanes.COUNT);
        s10.intoArray(a, to + PANEL_ROWS);
        s11.intoArray(a, to + PANEL_ROWS + Lanes.COUNT);
        s12.intoArray(a, to + PANEL_ROWS + 2 * Lanes.COUNT);
        s13.intoArray(a, to + PANEL_ROWS + 3 * Lanes.COUNT);
        s20.intoArray(a, to + 2 * PANEL_ROWS);
        s21.intoArray(a, to + 2 * PANEL_ROWS + Lanes.COUNT);
        s22.intoArray(a, to + 2 * PANEL_ROWS + 2 * Lanes.COUNT);
        s23.intoArray(a, to + 2 * PANEL_ROWS + 3 * Lanes.COUNT);
        s30.intoArray(a, to + 3 * PANEL_ROWS);
        s31.intoArray(a, to + 3 * PANEL_ROWS + Lanes.COUNT);
        s32.intoArray(a, to + 3 * PANEL_ROWS + 2 * Lanes.COUNT);
        s33.intoArray(a, to + 3 * PANEL_ROWS + 3 * Lanes.COUNT);
        s40.intoArray(a, to + 4 * PANEL_ROWS);
        s41.intoArray(a, to + 4 * PANEL_ROWS + Lanes.COUNT);
        s42.intoArray(a, to + 4 * PANEL_ROWS + 2 * Lanes.COUNT);
        s43.intoArray(a, to + 4 * PANEL_ROWS + 3 * Lanes.COUNT);
        s50.intoArray(a, to + 5 * PANEL_ROWS);
        s51.intoArray(a, to + 5 * PANEL_ROWS + Lanes.COUNT);
        s52.intoArray(a, to + 5 * PANEL_ROWS + 2 * Lanes.COUNT);
        s53.intoArray(a, to + 5 * PANEL_ROWS + 3 * Lanes.COUNT);
    }
}
