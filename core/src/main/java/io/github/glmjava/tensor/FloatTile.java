package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products of several weight rows with several tokens' activations, both floats on the heap: the prefill kernel that
 * all formats share once their rows are unpacked. Every product is accumulated exactly as by a single dot product: one
 * vector of partial sums over the whole vectors, {@link Lanes#sum}, then the ragged end element by element.
 *
 * <p>4 rows x 6 tokens keep 24 sums and 5 operands in 32 registers: 24 multiply-adds for 10 loads. Machines of 16
 * registers get 4 x 2.
 */
final class FloatTile {
    private static final int ROWS = 4;
    private static final int TOKENS = Lanes.COUNT == 16 ? 6 : 2;

    /** Floats of scratch space that {@link #multiply} needs for its sums. */
    static final int SCRATCH = ROWS * TOKENS * Lanes.COUNT;

    private FloatTile() {}

    /**
     * The distance between rows of panels and activations. A cache line more than a power of two: else all ten streams of
     * a tile fall into one set of the first-level cache and drive each other out (measured: 0.67 against 0.93 of the
     * processor's peak at 2048 columns).
     */
    static int stride(int columns) {
        return Math.ceilDiv(columns, 32) * 32 + 16;
    }

    /**
     * {@code output[token * outputStride + firstRow + row] = dot(panel[row], activations[token])}.
     *
     * @param panel {@code panelRows} rows, {@link #stride} apart, and behind them, from {@code scratch} on, scratch space
     * @param activations {@code tokens} rows, {@link #stride} apart
     */
    static void multiply(
            float[] panel,
            int scratch,
            int panelRows,
            float[] activations,
            int tokens,
            int columns,
            float[] output,
            int outputStride,
            int firstRow) {
        int stride = stride(columns);
        int end = Lanes.FLOATS.loopBound(columns);
        for (int token = 0; token < tokens; ) {
            int count = tokens - token >= TOKENS ? TOKENS : 1;
            int x = token * stride;
            for (int row = 0; row < panelRows; row += ROWS) {
                int w = row * stride;
                int rows = Math.min(ROWS, panelRows - row);
                if (rows < ROWS) {
                    ragged(panel, w, rows, activations, x, count, stride, end, scratch);
                } else if (count == 1) {
                    tile4x1(panel, w, activations, x, stride, end, scratch);
                } else if (TOKENS == 6) {
                    tile4x6(panel, w, activations, x, stride, end, scratch);
                } else {
                    tile4x2(panel, w, activations, x, stride, end, scratch);
                }
                for (int t = 0; t < count; t++) {
                    int target = (token + t) * outputStride + firstRow + row;
                    for (int r = 0; r < rows; r++) {
                        output[target + r] = sum(panel, scratch + (t * ROWS + r) * Lanes.COUNT)
                                + end(panel, w + r * stride, activations, x + t * stride, end, columns);
                    }
                }
            }
            token += count;
        }
    }

    private static float sum(float[] sums, int at) {
        return Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, sums, at));
    }

    private static void tile4x6(float[] panel, int w, float[] activations, int x, int stride, int end, int scratch) {
        int w1 = w + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        int x1 = x + stride;
        int x2 = x1 + stride;
        int x3 = x2 + stride;
        int x4 = x3 + stride;
        int x5 = x4 + stride;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s04 = s00;
        FloatVector s05 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s14 = s00;
        FloatVector s15 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s24 = s00;
        FloatVector s25 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        FloatVector s34 = s00;
        FloatVector s35 = s00;
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector row0 = FloatVector.fromArray(Lanes.FLOATS, panel, w + i);
            FloatVector row1 = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i);
            FloatVector row2 = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i);
            FloatVector row3 = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i);
            FloatVector token = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            s00 = row0.fma(token, s00);
            s10 = row1.fma(token, s10);
            s20 = row2.fma(token, s20);
            s30 = row3.fma(token, s30);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x1 + i);
            s01 = row0.fma(token, s01);
            s11 = row1.fma(token, s11);
            s21 = row2.fma(token, s21);
            s31 = row3.fma(token, s31);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x2 + i);
            s02 = row0.fma(token, s02);
            s12 = row1.fma(token, s12);
            s22 = row2.fma(token, s22);
            s32 = row3.fma(token, s32);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x3 + i);
            s03 = row0.fma(token, s03);
            s13 = row1.fma(token, s13);
            s23 = row2.fma(token, s23);
            s33 = row3.fma(token, s33);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x4 + i);
            s04 = row0.fma(token, s04);
            s14 = row1.fma(token, s14);
            s24 = row2.fma(token, s24);
            s34 = row3.fma(token, s34);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x5 + i);
            s05 = row0.fma(token, s05);
            s15 = row1.fma(token, s15);
            s25 = row2.fma(token, s25);
            s35 = row3.fma(token, s35);
        }
        s00.intoArray(panel, scratch);
        s10.intoArray(panel, scratch + Lanes.COUNT);
        s20.intoArray(panel, scratch + 2 * Lanes.COUNT);
        s30.intoArray(panel, scratch + 3 * Lanes.COUNT);
        s01.intoArray(panel, scratch + 4 * Lanes.COUNT);
        s11.intoArray(panel, scratch + 5 * Lanes.COUNT);
        s21.intoArray(panel, scratch + 6 * Lanes.COUNT);
        s31.intoArray(panel, scratch + 7 * Lanes.COUNT);
        s02.intoArray(panel, scratch + 8 * Lanes.COUNT);
        s12.intoArray(panel, scratch + 9 * Lanes.COUNT);
        s22.intoArray(panel, scratch + 10 * Lanes.COUNT);
        s32.intoArray(panel, scratch + 11 * Lanes.COUNT);
        s03.intoArray(panel, scratch + 12 * Lanes.COUNT);
        s13.intoArray(panel, scratch + 13 * Lanes.COUNT);
        s23.intoArray(panel, scratch + 14 * Lanes.COUNT);
        s33.intoArray(panel, scratch + 15 * Lanes.COUNT);
        s04.intoArray(panel, scratch + 16 * Lanes.COUNT);
        s14.intoArray(panel, scratch + 17 * Lanes.COUNT);
        s24.intoArray(panel, scratch + 18 * Lanes.COUNT);
        s34.intoArray(panel, scratch + 19 * Lanes.COUNT);
        s05.intoArray(panel, scratch + 20 * Lanes.COUNT);
        s15.intoArray(panel, scratch + 21 * Lanes.COUNT);
        s25.intoArray(panel, scratch + 22 * Lanes.COUNT);
        s35.intoArray(panel, scratch + 23 * Lanes.COUNT);
    }

    private static void tile4x2(float[] panel, int w, float[] activations, int x, int stride, int end, int scratch) {
        int w1 = w + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        int x1 = x + stride;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector row0 = FloatVector.fromArray(Lanes.FLOATS, panel, w + i);
            FloatVector row1 = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i);
            FloatVector row2 = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i);
            FloatVector row3 = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i);
            FloatVector token = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            s00 = row0.fma(token, s00);
            s10 = row1.fma(token, s10);
            s20 = row2.fma(token, s20);
            s30 = row3.fma(token, s30);
            token = FloatVector.fromArray(Lanes.FLOATS, activations, x1 + i);
            s01 = row0.fma(token, s01);
            s11 = row1.fma(token, s11);
            s21 = row2.fma(token, s21);
            s31 = row3.fma(token, s31);
        }
        s00.intoArray(panel, scratch);
        s10.intoArray(panel, scratch + Lanes.COUNT);
        s20.intoArray(panel, scratch + 2 * Lanes.COUNT);
        s30.intoArray(panel, scratch + 3 * Lanes.COUNT);
        s01.intoArray(panel, scratch + 4 * Lanes.COUNT);
        s11.intoArray(panel, scratch + 5 * Lanes.COUNT);
        s21.intoArray(panel, scratch + 6 * Lanes.COUNT);
        s31.intoArray(panel, scratch + 7 * Lanes.COUNT);
    }

    private static void tile4x1(float[] panel, int w, float[] activations, int x, int stride, int end, int scratch) {
        int w1 = w + stride;
        int w2 = w1 + stride;
        int w3 = w2 + stride;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s10 = s00;
        FloatVector s20 = s00;
        FloatVector s30 = s00;
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector row0 = FloatVector.fromArray(Lanes.FLOATS, panel, w + i);
            FloatVector row1 = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i);
            FloatVector row2 = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i);
            FloatVector row3 = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i);
            FloatVector token = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            s00 = row0.fma(token, s00);
            s10 = row1.fma(token, s10);
            s20 = row2.fma(token, s20);
            s30 = row3.fma(token, s30);
        }
        s00.intoArray(panel, scratch);
        s10.intoArray(panel, scratch + Lanes.COUNT);
        s20.intoArray(panel, scratch + 2 * Lanes.COUNT);
        s30.intoArray(panel, scratch + 3 * Lanes.COUNT);
    }

    /** The last one to three rows of a panel. */
    private static void ragged(
            float[] panel, int w, int rows, float[] activations, int x, int tokens, int stride, int end, int scratch) {
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < rows; r++) {
                FloatVector sum = FloatVector.zero(Lanes.FLOATS);
                for (int i = 0; i < end; i += Lanes.COUNT) {
                    FloatVector weights = FloatVector.fromArray(Lanes.FLOATS, panel, w + r * stride + i);
                    sum = weights.fma(FloatVector.fromArray(Lanes.FLOATS, activations, x + t * stride + i), sum);
                }
                sum.intoArray(panel, scratch + (t * ROWS + r) * Lanes.COUNT);
            }
        }
    }

    /** The ragged end of a dot product, from element {@code from} on; 0 where the columns fill whole vectors. */
    private static float end(float[] weights, int w, float[] activations, int x, int from, int columns) {
        float sum = 0;
        for (int i = from; i < columns; i++) {
            sum += weights[w + i] * activations[x + i];
        }
        return sum;
    }
}
