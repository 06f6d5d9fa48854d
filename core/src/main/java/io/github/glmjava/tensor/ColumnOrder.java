package io.github.glmjava.tensor;

import java.util.Arrays;

/**
 * The order in which a row of {@link VectorMatrix} is walked and its products are added up. A lane of 32 bits holds one or
 * more neighbouring stored elements; kernels take the first element of every lane of a vector, then every second one,
 * and so on, instead of interleaving them again, and the activations are brought into that order. What is left after the
 * last whole block keeps its own order, and zeros fill the last {@link #RESIDUES}.
 *
 * <p>Positions in this order that leave the same remainder when divided by {@link #RESIDUES}, the lanes of two vectors, are
 * added up from the first to the last. The sums of the two vectors are added, then the lanes by {@link Lanes#sum}: a tree
 * over the residues whose leaves, from left to right, are the residues with their bits reversed.
 *
 * @param columns of the matrix
 * @param laneColumns elements in a lane, a power of two
 */
record ColumnOrder(int columns, int laneColumns) {
    /** Running sums of a product: two vectors of them, so that one multiply-add need not wait for the other. */
    static final int RESIDUES = 2 * Lanes.COUNT;

    private static final int LANE_BITS = Integer.numberOfTrailingZeros(Lanes.COUNT);

    /** How many sums are added to one another from a leaf of the tree of sums to its root. */
    static final int TREE_DEPTH = LANE_BITS + 1;

    /** Columns that the kernels take in one step. */
    int block() {
        return Math.max(RESIDUES, Lanes.COUNT * laneColumns);
    }

    /** Columns in whole blocks. */
    int whole() {
        return columns - columns % block();
    }

    /** How many positions there are of each residue. */
    int steps() {
        return Math.ceilDiv(columns, RESIDUES);
    }

    /** Columns and the zeros behind them. */
    int padded() {
        return steps() * RESIDUES;
    }

    /** The residue that stands at a leaf of the tree of sums, and the other way round. */
    static int residueOfLeaf(int leaf) {
        return Integer.reverse(leaf) >>> (Integer.SIZE - 1 - LANE_BITS);
    }

    /** Brings one token's activations into the order of positions. */
    void arrange(float[] input, int from, float[] target, int to) {
        int whole = whole();
        int width = Lanes.COUNT * laneColumns;
        for (int block = 0; block < whole; block += width) {
            for (int i = 0; i < laneColumns; i++) {
                for (int lane = 0; lane < Lanes.COUNT; lane++) {
                    target[to + block + i * Lanes.COUNT + lane] = input[from + block + lane * laneColumns + i];
                }
            }
        }
        System.arraycopy(input, from + whole, target, to + whole, columns - whole);
        Arrays.fill(target, to + columns, to + padded(), 0);
    }

    /**
     * The product of a row with one token's activations, both in the order of positions, in plain Java: each residue is added up
     * with fused multiply-adds, then the residues by halves, as the kernels' vectors and {@link Lanes#sum} do.
     *
     * @param a the row's {@code count} weights from the beginning on, and {@code RESIDUES} floats of space from {@code sums} on
     * @param x the activations, from {@code from} on
     */
    static float plainDot(float[] a, float[] x, int from, int count, int sums) {
        Arrays.fill(a, sums, sums + RESIDUES, 0);
        for (int i = 0; i < count; i += RESIDUES) {
            for (int residue = 0; residue < RESIDUES; residue++) {
                a[sums + residue] = Math.fma(a[i + residue], x[from + i + residue], a[sums + residue]);
            }
        }
        for (int half = RESIDUES / 2; half > 0; half /= 2) {
            for (int residue = 0; residue < half; residue++) {
                a[sums + residue] += a[sums + residue + half];
            }
        }
        return a[sums];
    }

    /**
     * Brings one token's activations into the order of {@link FloatTile}: residue by residue, as the tree has them, each in
     * parts of {@link FloatTile#STEPS} steps, and in these the tokens interleaved.
     *
     * @param tokens all of them, rounded up to whole tiles
     */
    void arrangeByResidue(float[] input, int from, float[] target, int tokens, int token) {
        int steps = steps();
        int wholeSteps = whole() / RESIDUES;
        for (int leaf = 0; leaf < RESIDUES; leaf++) {
            int residue = residueOfLeaf(leaf);
            for (int step = 0; step < steps; step += FloatTile.STEPS) {
                int part = Math.min(FloatTile.STEPS, steps - step);
                int to = leaf * steps * tokens
                        + Activations.inPanels(token, step, tokens, steps, FloatTile.TOKENS, FloatTile.STEPS);
                int end = Math.clamp(wholeSteps, step, step + part);
                to = pick(input, from, residue, step, end, target, to);
                for (int i = end; i < step + part; i++) {
                    int column = i * RESIDUES + residue;
                    target[to] = column < columns ? input[from + column] : 0;
                    to += FloatTile.TOKENS;
                }
            }
        }
    }

    /**
     * Picks the activations of a residue for some steps, whose words hold those of {@code wordSteps} in each lane.
     *
     * @return where the next one goes
     */
    private int pick(float[] input, int from, int residue, int step, int end, float[] target, int to) {
        int second = residue / Lanes.COUNT;
        int first = from + residue % Lanes.COUNT * laneColumns + second * (laneColumns == 1 ? Lanes.COUNT : 1);
        int wordSteps = Math.max(1, laneColumns / 2);
        int wordBits = Integer.numberOfTrailingZeros(wordSteps);
        int at = to;
        for (int i = step; i < end; i++) {
            target[at] = input[first + (i >> wordBits) * block() + 2 * (i & (wordSteps - 1))];
            at += FloatTile.TOKENS;
        }
        return at;
    }
}
