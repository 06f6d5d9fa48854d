package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products of several weight rows with several tokens' activations, both floats on the heap: the prefill kernel that
 * all formats share once their rows are unpacked. Every product is accumulated exactly as by a single dot product: one
 * vector of partial sums over the whole vectors, {@link Lanes#sum}, then the ragged end element by element.
 *
 * <p>4 rows x 4 tokens keep 16 sums and 8 operands in registers: 16 multiply-adds for 8 loads. Machines of 16 registers
 * get 4 x 2.
 */
final class FloatTile {
    private static final int TILE = 4;
    private static final boolean MANY_REGISTERS = Lanes.COUNT == 16;

    private FloatTile() {}

    /**
     * {@code output[token * outputStride + firstRow + row] = dot(panel[row], activations[token])}.
     *
     * @param panel {@code panelRows x columns}
     * @param activations {@code tokens x columns}
     */
    static void multiply(
            float[] panel,
            int panelRows,
            float[] activations,
            int tokens,
            int columns,
            float[] output,
            int outputStride,
            int firstRow) {
        int wholeRows = panelRows - panelRows % TILE;
        int tokensPerTile = MANY_REGISTERS ? 4 : 2;
        int wholeTokens = tokens - tokens % tokensPerTile;
        for (int token = 0; token < wholeTokens; token += tokensPerTile) {
            for (int row = 0; row < wholeRows; row += TILE) {
                int target = token * outputStride + firstRow + row;
                if (MANY_REGISTERS) {
                    tile4x4(panel, row * columns, activations, token * columns, columns, output, target, outputStride);
                } else {
                    tile4x2(panel, row * columns, activations, token * columns, columns, output, target, outputStride);
                }
            }
        }
        for (int token = wholeTokens; token < tokens; token++) {
            for (int row = 0; row < wholeRows; row += TILE) {
                int target = token * outputStride + firstRow + row;
                tile4x1(panel, row * columns, activations, token * columns, columns, output, target);
            }
        }
        for (int row = wholeRows; row < panelRows; row++) {
            for (int token = 0; token < tokens; token++) {
                output[token * outputStride + firstRow + row] =
                        dot(panel, row * columns, activations, token * columns, columns);
            }
        }
    }

    private static void tile4x4(
            float[] panel, int w, float[] activations, int x, int columns, float[] output, int target, int stride) {
        int w1 = w + columns;
        int w2 = w1 + columns;
        int w3 = w2 + columns;
        int x1 = x + columns;
        int x2 = x1 + columns;
        int x3 = x2 + columns;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        int end = Lanes.FLOATS.loopBound(columns);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector a0 = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            FloatVector a1 = FloatVector.fromArray(Lanes.FLOATS, activations, x1 + i);
            FloatVector a2 = FloatVector.fromArray(Lanes.FLOATS, activations, x2 + i);
            FloatVector a3 = FloatVector.fromArray(Lanes.FLOATS, activations, x3 + i);
            FloatVector row = FloatVector.fromArray(Lanes.FLOATS, panel, w + i);
            s00 = row.fma(a0, s00);
            s01 = row.fma(a1, s01);
            s02 = row.fma(a2, s02);
            s03 = row.fma(a3, s03);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i);
            s10 = row.fma(a0, s10);
            s11 = row.fma(a1, s11);
            s12 = row.fma(a2, s12);
            s13 = row.fma(a3, s13);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i);
            s20 = row.fma(a0, s20);
            s21 = row.fma(a1, s21);
            s22 = row.fma(a2, s22);
            s23 = row.fma(a3, s23);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i);
            s30 = row.fma(a0, s30);
            s31 = row.fma(a1, s31);
            s32 = row.fma(a2, s32);
            s33 = row.fma(a3, s33);
        }
        output[target] = Lanes.sum(s00) + end(panel, w, activations, x, end, columns);
        output[target + 1] = Lanes.sum(s10) + end(panel, w1, activations, x, end, columns);
        output[target + 2] = Lanes.sum(s20) + end(panel, w2, activations, x, end, columns);
        output[target + 3] = Lanes.sum(s30) + end(panel, w3, activations, x, end, columns);
        int next = target + stride;
        output[next] = Lanes.sum(s01) + end(panel, w, activations, x1, end, columns);
        output[next + 1] = Lanes.sum(s11) + end(panel, w1, activations, x1, end, columns);
        output[next + 2] = Lanes.sum(s21) + end(panel, w2, activations, x1, end, columns);
        output[next + 3] = Lanes.sum(s31) + end(panel, w3, activations, x1, end, columns);
        next += stride;
        output[next] = Lanes.sum(s02) + end(panel, w, activations, x2, end, columns);
        output[next + 1] = Lanes.sum(s12) + end(panel, w1, activations, x2, end, columns);
        output[next + 2] = Lanes.sum(s22) + end(panel, w2, activations, x2, end, columns);
        output[next + 3] = Lanes.sum(s32) + end(panel, w3, activations, x2, end, columns);
        next += stride;
        output[next] = Lanes.sum(s03) + end(panel, w, activations, x3, end, columns);
        output[next + 1] = Lanes.sum(s13) + end(panel, w1, activations, x3, end, columns);
        output[next + 2] = Lanes.sum(s23) + end(panel, w2, activations, x3, end, columns);
        output[next + 3] = Lanes.sum(s33) + end(panel, w3, activations, x3, end, columns);
    }

    private static void tile4x2(
            float[] panel, int w, float[] activations, int x, int columns, float[] output, int target, int stride) {
        int w1 = w + columns;
        int w2 = w1 + columns;
        int w3 = w2 + columns;
        int x1 = x + columns;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        int end = Lanes.FLOATS.loopBound(columns);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector a0 = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            FloatVector a1 = FloatVector.fromArray(Lanes.FLOATS, activations, x1 + i);
            FloatVector row = FloatVector.fromArray(Lanes.FLOATS, panel, w + i);
            s00 = row.fma(a0, s00);
            s01 = row.fma(a1, s01);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i);
            s10 = row.fma(a0, s10);
            s11 = row.fma(a1, s11);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i);
            s20 = row.fma(a0, s20);
            s21 = row.fma(a1, s21);
            row = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i);
            s30 = row.fma(a0, s30);
            s31 = row.fma(a1, s31);
        }
        output[target] = Lanes.sum(s00) + end(panel, w, activations, x, end, columns);
        output[target + 1] = Lanes.sum(s10) + end(panel, w1, activations, x, end, columns);
        output[target + 2] = Lanes.sum(s20) + end(panel, w2, activations, x, end, columns);
        output[target + 3] = Lanes.sum(s30) + end(panel, w3, activations, x, end, columns);
        int next = target + stride;
        output[next] = Lanes.sum(s01) + end(panel, w, activations, x1, end, columns);
        output[next + 1] = Lanes.sum(s11) + end(panel, w1, activations, x1, end, columns);
        output[next + 2] = Lanes.sum(s21) + end(panel, w2, activations, x1, end, columns);
        output[next + 3] = Lanes.sum(s31) + end(panel, w3, activations, x1, end, columns);
    }

    private static void tile4x1(
            float[] panel, int w, float[] activations, int x, int columns, float[] output, int target) {
        int w1 = w + columns;
        int w2 = w1 + columns;
        int w3 = w2 + columns;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int end = Lanes.FLOATS.loopBound(columns);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector a = FloatVector.fromArray(Lanes.FLOATS, activations, x + i);
            s0 = FloatVector.fromArray(Lanes.FLOATS, panel, w + i).fma(a, s0);
            s1 = FloatVector.fromArray(Lanes.FLOATS, panel, w1 + i).fma(a, s1);
            s2 = FloatVector.fromArray(Lanes.FLOATS, panel, w2 + i).fma(a, s2);
            s3 = FloatVector.fromArray(Lanes.FLOATS, panel, w3 + i).fma(a, s3);
        }
        output[target] = Lanes.sum(s0) + end(panel, w, activations, x, end, columns);
        output[target + 1] = Lanes.sum(s1) + end(panel, w1, activations, x, end, columns);
        output[target + 2] = Lanes.sum(s2) + end(panel, w2, activations, x, end, columns);
        output[target + 3] = Lanes.sum(s3) + end(panel, w3, activations, x, end, columns);
    }

    /** One dot product. */
    static float dot(float[] weights, int w, float[] activations, int x, int columns) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        int end = Lanes.FLOATS.loopBound(columns);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            sum = FloatVector.fromArray(Lanes.FLOATS, weights, w + i)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, activations, x + i), sum);
        }
        return Lanes.sum(sum) + end(weights, w, activations, x, end, columns);
    }

    /** The ragged end of a dot product, from element {@code from} on; 0 where the columns fill whole vectors. */
    static float end(float[] weights, int w, float[] activations, int x, int from, int columns) {
        float sum = 0;
        for (int i = from; i < columns; i++) {
            sum += weights[w + i] * activations[x + i];
        }
        return sum;
    }
}
