package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A panel of unpacked 4-bit weights times several tokens' rounded activations, two tokens in one number: a float holds {@code a0 +
 * d a1} exactly, and a multiply-add with a weight adds to the sums of both, twice as many multiply-adds as floats make. {@link
 * GroupRounding} keeps the sums of a group so small that a float still holds {@code s0 + d s1} exactly ({@link
 * TokenPairs#DISTANCE}). Then {@link PairSums} takes the sums apart.
 *
 * <p>For the shape of the tiles see {@link FloatTile}, for that of the loops {@link PanelTile}. A tile's sums go through memory: a
 * method that also took them apart would keep them there anyway, and would be too large for C1.
 */
final class PairTile {
    /** Pairs of a tile: those of the largest. */
    static final int PAIRS = FloatTile.TOKENS;

    /** Pairs of the small tile, which does what is left. */
    private static final int SMALL_PAIRS = FloatTile.SMALL_TOKENS;

    private static final int TILE_ROWS = PanelTile.TILE_ROWS;

    /** Groups whose sums are added together, those of a panel: what they are added to lies in the second-level cache. */
    private static final int GROUPS = VectorQ4Matrix.PANEL_GROUPS;

    /** Space for the sums of a tile of one group. */
    static final int SUMS = PAIRS * TILE_ROWS;

    /** Space for the sums of a tile of all groups. */
    static final int ALL_SUMS = GROUPS * SUMS;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    private PairTile() {}

    /**
     * Adds {@code panel x activations} to the sums, which begin with the first group: where a tile has them in the first-level cache.
     *
     * @param a from {@code sums} on {@code tokens x ROWS} sums, the tokens rounded up to whole tiles; from {@code scales} on the
     *     scales of {@code ROWS} rows for each group, from {@code panel} on the weights as {@link PanelTile#position} tells, from
     *     {@code between} on space for {@link #ALL_SUMS}
     * @param groups of columns in the panel, 2 or, at the end, 1; then the second has scales of zero
     * @param activations pairs of {@link TokenPairs}, groups of them as {@link Activations#inPanels} tells
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     */
    static void multiply(
            float[] a,
            int sums,
            int scales,
            int panel,
            int between,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            int tokens) {
        int pairs = TokenPairs.count(tokens);
        if (groups < GROUPS) {
            Arrays.fill(a, between + SUMS, between + ALL_SUMS, 0);
        }
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            for (int pair = 0; pair < pairs; pair += PAIRS) {
                int some = Math.min(PAIRS, pairs - pair);
                int first = Activations.inPanels(pair, firstGroup, pairs, allGroups, PAIRS, GROUPS);
                int second = groups < GROUPS ? first : first + PAIRS;
                int weights = panel + row * groups * BlockLayout.GROUP;
                int from = first * BlockLayout.GROUP;
                tiles(a, weights, activations.floats, from, between, some);
                if (groups == GROUPS) {
                    weights += BlockLayout.GROUP * TILE_ROWS;
                    from += BlockLayout.GROUP * PAIRS;
                    tiles(a, weights, activations.floats, from, between + SUMS, some);
                }
                int to = sums + pair * TokenPairs.TOKENS * ROWS + row;
                if (firstGroup == 0 && row == 0) {
                    Arrays.fill(a, to, to + PAIRS * TokenPairs.TOKENS * ROWS, 0);
                }
                PairSums.addScaled(
                        a,
                        between,
                        scales + row,
                        to,
                        activations.scales,
                        first * TokenPairs.TOKENS,
                        second * TokenPairs.TOKENS,
                        some);
            }
        }
    }

    /** The sums of a group of up to {@link #PAIRS} pairs. */
    private static void tiles(float[] a, int weights, float[] x, int from, int sums, int pairs) {
        if (Lanes.MANY_REGISTERS && pairs > SMALL_PAIRS) {
            largeTile(a, weights, x, from, sums);
        } else {
            for (int row = 0; row < TILE_ROWS; row += FloatTile.SMALL_ROWS) {
                smallTile(a, weights + row, x, from, sums + row);
            }
        }
    }

    private static void smallTile(float[] a, int weights, float[] x, int from, int sums) {
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
            int at = from + column;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
            FloatVector pair = FloatVector.broadcast(Lanes.FLOATS, x[at]);
            s00 = w0.fma(pair, s00);
            s01 = w1.fma(pair, s01);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + BlockLayout.GROUP]);
            s10 = w0.fma(pair, s10);
            s11 = w1.fma(pair, s11);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 2 * BlockLayout.GROUP]);
            s20 = w0.fma(pair, s20);
            s21 = w1.fma(pair, s21);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 3 * BlockLayout.GROUP]);
            s30 = w0.fma(pair, s30);
            s31 = w1.fma(pair, s31);
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s10.intoArray(a, sums + TILE_ROWS);
        s11.intoArray(a, sums + TILE_ROWS + Lanes.COUNT);
        s20.intoArray(a, sums + 2 * TILE_ROWS);
        s21.intoArray(a, sums + 2 * TILE_ROWS + Lanes.COUNT);
        s30.intoArray(a, sums + 3 * TILE_ROWS);
        s31.intoArray(a, sums + 3 * TILE_ROWS + Lanes.COUNT);
    }

    private static void largeTile(float[] a, int weights, float[] x, int from, int sums) {
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
            int at = from + column;
            FloatVector w0 = FloatVector.fromArray(Lanes.FLOATS, a, w);
            FloatVector w1 = FloatVector.fromArray(Lanes.FLOATS, a, w + Lanes.COUNT);
            FloatVector w2 = FloatVector.fromArray(Lanes.FLOATS, a, w + 2 * Lanes.COUNT);
            FloatVector w3 = FloatVector.fromArray(Lanes.FLOATS, a, w + 3 * Lanes.COUNT);
            FloatVector pair = FloatVector.broadcast(Lanes.FLOATS, x[at]);
            s00 = w0.fma(pair, s00);
            s01 = w1.fma(pair, s01);
            s02 = w2.fma(pair, s02);
            s03 = w3.fma(pair, s03);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + BlockLayout.GROUP]);
            s10 = w0.fma(pair, s10);
            s11 = w1.fma(pair, s11);
            s12 = w2.fma(pair, s12);
            s13 = w3.fma(pair, s13);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 2 * BlockLayout.GROUP]);
            s20 = w0.fma(pair, s20);
            s21 = w1.fma(pair, s21);
            s22 = w2.fma(pair, s22);
            s23 = w3.fma(pair, s23);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 3 * BlockLayout.GROUP]);
            s30 = w0.fma(pair, s30);
            s31 = w1.fma(pair, s31);
            s32 = w2.fma(pair, s32);
            s33 = w3.fma(pair, s33);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 4 * BlockLayout.GROUP]);
            s40 = w0.fma(pair, s40);
            s41 = w1.fma(pair, s41);
            s42 = w2.fma(pair, s42);
            s43 = w3.fma(pair, s43);
            pair = FloatVector.broadcast(Lanes.FLOATS, x[at + 5 * BlockLayout.GROUP]);
            s50 = w0.fma(pair, s50);
            s51 = w1.fma(pair, s51);
            s52 = w2.fma(pair, s52);
            s53 = w3.fma(pair, s53);
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + Lanes.COUNT);
        s02.intoArray(a, sums + 2 * Lanes.COUNT);
        s03.intoArray(a, sums + 3 * Lanes.COUNT);
        s10.intoArray(a, sums + TILE_ROWS);
        s11.intoArray(a, sums + TILE_ROWS + Lanes.COUNT);
        s12.intoArray(a, sums + TILE_ROWS + 2 * Lanes.COUNT);
        s13.intoArray(a, sums + TILE_ROWS + 3 * Lanes.COUNT);
        s20.intoArray(a, sums + 2 * TILE_ROWS);
        s21.intoArray(a, sums + 2 * TILE_ROWS + Lanes.COUNT);
        s22.intoArray(a, sums + 2 * TILE_ROWS + 2 * Lanes.COUNT);
        s23.intoArray(a, sums + 2 * TILE_ROWS + 3 * Lanes.COUNT);
        s30.intoArray(a, sums + 3 * TILE_ROWS);
        s31.intoArray(a, sums + 3 * TILE_ROWS + Lanes.COUNT);
        s32.intoArray(a, sums + 3 * TILE_ROWS + 2 * Lanes.COUNT);
        s33.intoArray(a, sums + 3 * TILE_ROWS + 3 * Lanes.COUNT);
        s40.intoArray(a, sums + 4 * TILE_ROWS);
        s41.intoArray(a, sums + 4 * TILE_ROWS + Lanes.COUNT);
        s42.intoArray(a, sums + 4 * TILE_ROWS + 2 * Lanes.COUNT);
        s43.intoArray(a, sums + 4 * TILE_ROWS + 3 * Lanes.COUNT);
        s50.intoArray(a, sums + 5 * TILE_ROWS);
        s51.intoArray(a, sums + 5 * TILE_ROWS + Lanes.COUNT);
        s52.intoArray(a, sums + 5 * TILE_ROWS + 2 * Lanes.COUNT);
        s53.intoArray(a, sums + 5 * TILE_ROWS + 3 * Lanes.COUNT);
    }
}
