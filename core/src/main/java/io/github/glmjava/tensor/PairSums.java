package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * The sums of {@link PairTile}, each of two tokens, taken apart, scaled and added to the rows' floats. The second token's sum is
 * what is nearest to that many times {@link TokenPairs#DISTANCE}, and the first's is the rest.
 *
 * <p>All rows of a tile are added in one call: what a method checks of its arrays before the loop would take a sixth of its time,
 * were it called for every two vectors. Nothing but the Vector API is called, for the reason that {@link PanelTile} gives.
 */
final class PairSums {
    private static final int TILE_ROWS = PanelTile.TILE_ROWS;

    /** Whether a tile has four vectors of rows, else two. */
    private static final boolean FOUR_VECTORS = TILE_ROWS == 4 * Lanes.COUNT;

    /** Where the third vector is, or where there is none and nothing becomes of it, the first. */
    private static final int THIRD = FOUR_VECTORS ? 2 * Lanes.COUNT : 0;

    private static final int SUMS = PairTile.SUMS;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    private PairSums() {}

    /**
     * Adds the sums of the rows of a tile and two groups, one group after the other.
     *
     * @param a from {@code between} on the sums of pair after pair, {@link PairTile#SUMS} further those of the second group; from
     *     {@code scales} on the scales of the rows, {@code ROWS} further those of the second group; from {@code to} on the floats
     *     of token after token, {@code ROWS} apart
     * @param first the activations' scales of the first group
     * @param second those of the second
     */
    static void addScaled(
            float[] a, int between, int scales, int to, float[] activationScales, int first, int second, int pairs) {
        FloatVector rounding = FloatVector.broadcast(Lanes.FLOATS, TokenPairs.ROUNDING);
        FloatVector inverse = FloatVector.broadcast(Lanes.FLOATS, 1 / TokenPairs.DISTANCE);
        FloatVector distance = FloatVector.broadcast(Lanes.FLOATS, -TokenPairs.DISTANCE);
        FloatVector scale00 = FloatVector.fromArray(Lanes.FLOATS, a, scales);
        FloatVector scale01 = FloatVector.fromArray(Lanes.FLOATS, a, scales + Lanes.COUNT);
        FloatVector scale02 = FloatVector.fromArray(Lanes.FLOATS, a, scales + THIRD);
        FloatVector scale03 = FloatVector.fromArray(Lanes.FLOATS, a, scales + THIRD + Lanes.COUNT);
        FloatVector scale10 = FloatVector.fromArray(Lanes.FLOATS, a, scales + ROWS);
        FloatVector scale11 = FloatVector.fromArray(Lanes.FLOATS, a, scales + ROWS + Lanes.COUNT);
        FloatVector scale12 = FloatVector.fromArray(Lanes.FLOATS, a, scales + ROWS + THIRD);
        FloatVector scale13 = FloatVector.fromArray(Lanes.FLOATS, a, scales + ROWS + THIRD + Lanes.COUNT);
        for (int i = 0; i < pairs; i++) {
            int from = between + i * TILE_ROWS;
            int at = to + i * (TokenPairs.TOKENS * ROWS);
            int x0 = first + i * TokenPairs.TOKENS;
            int x1 = second + i * TokenPairs.TOKENS;
            FloatVector x00 = FloatVector.broadcast(Lanes.FLOATS, activationScales[x0]);
            FloatVector x01 = FloatVector.broadcast(Lanes.FLOATS, activationScales[x0 + 1]);
            FloatVector x10 = FloatVector.broadcast(Lanes.FLOATS, activationScales[x1]);
            FloatVector x11 = FloatVector.broadcast(Lanes.FLOATS, activationScales[x1 + 1]);
            FloatVector both0 = FloatVector.fromArray(Lanes.FLOATS, a, from);
            FloatVector both1 = FloatVector.fromArray(Lanes.FLOATS, a, from + SUMS);
            FloatVector upper0 = both0.fma(inverse, rounding).sub(rounding);
            FloatVector upper1 = both1.fma(inverse, rounding).sub(rounding);
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, a, at);
            sum = upper0.fma(distance, both0).fma(scale00.mul(x00), sum);
            sum = upper1.fma(distance, both1).fma(scale10.mul(x10), sum);
            sum.intoArray(a, at);
            sum = FloatVector.fromArray(Lanes.FLOATS, a, at + ROWS);
            sum = upper0.fma(scale00.mul(x01), sum);
            sum = upper1.fma(scale10.mul(x11), sum);
            sum.intoArray(a, at + ROWS);
            both0 = FloatVector.fromArray(Lanes.FLOATS, a, from + Lanes.COUNT);
            both1 = FloatVector.fromArray(Lanes.FLOATS, a, from + SUMS + Lanes.COUNT);
            upper0 = both0.fma(inverse, rounding).sub(rounding);
            upper1 = both1.fma(inverse, rounding).sub(rounding);
            sum = FloatVector.fromArray(Lanes.FLOATS, a, at + Lanes.COUNT);
            sum = upper0.fma(distance, both0).fma(scale01.mul(x00), sum);
            sum = upper1.fma(distance, both1).fma(scale11.mul(x10), sum);
            sum.intoArray(a, at + Lanes.COUNT);
            sum = FloatVector.fromArray(Lanes.FLOATS, a, at + ROWS + Lanes.COUNT);
            sum = upper0.fma(scale01.mul(x01), sum);
            sum = upper1.fma(scale11.mul(x11), sum);
            sum.intoArray(a, at + ROWS + Lanes.COUNT);
            if (FOUR_VECTORS) {
                both0 = FloatVector.fromArray(Lanes.FLOATS, a, from + 2 * Lanes.COUNT);
                both1 = FloatVector.fromArray(Lanes.FLOATS, a, from + SUMS + 2 * Lanes.COUNT);
                upper0 = both0.fma(inverse, rounding).sub(rounding);
                upper1 = both1.fma(inverse, rounding).sub(rounding);
                sum = FloatVector.fromArray(Lanes.FLOATS, a, at + 2 * Lanes.COUNT);
                sum = upper0.fma(distance, both0).fma(scale02.mul(x00), sum);
                sum = upper1.fma(distance, both1).fma(scale12.mul(x10), sum);
                sum.intoArray(a, at + 2 * Lanes.COUNT);
                sum = FloatVector.fromArray(Lanes.FLOATS, a, at + ROWS + 2 * Lanes.COUNT);
                sum = upper0.fma(scale02.mul(x01), sum);
                sum = upper1.fma(scale12.mul(x11), sum);
                sum.intoArray(a, at + ROWS + 2 * Lanes.COUNT);
                both0 = FloatVector.fromArray(Lanes.FLOATS, a, from + 3 * Lanes.COUNT);
                both1 = FloatVector.fromArray(Lanes.FLOATS, a, from + SUMS + 3 * Lanes.COUNT);
                upper0 = both0.fma(inverse, rounding).sub(rounding);
                upper1 = both1.fma(inverse, rounding).sub(rounding);
                sum = FloatVector.fromArray(Lanes.FLOATS, a, at + 3 * Lanes.COUNT);
                sum = upper0.fma(distance, both0).fma(scale03.mul(x00), sum);
                sum = upper1.fma(distance, both1).fma(scale13.mul(x10), sum);
                sum.intoArray(a, at + 3 * Lanes.COUNT);
                sum = FloatVector.fromArray(Lanes.FLOATS, a, at + ROWS + 3 * Lanes.COUNT);
                sum = upper0.fma(scale03.mul(x01), sum);
                sum = upper1.fma(scale13.mul(x11), sum);
                sum.intoArray(a, at + ROWS + 3 * Lanes.COUNT);
            }
        }
    }
}
