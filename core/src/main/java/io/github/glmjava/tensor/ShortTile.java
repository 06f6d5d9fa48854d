package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A panel of unpacked 4-bit weights times several tokens' 8-bit activations, in 16-bit lanes of one row each. The 32
 * products of a group are at most {@code 32 * 8 * 127 = 32512}, so they add up in 16 bits exactly; that weights are stored
 * with 8 added is made up for by what a sum starts with, and what overflows on the way cancels out. That makes two
 * operations for 32 multiply-adds of 512 bits, half of what floats take. Then the sums are scaled and added to the row's
 * float, group after group.
 *
 * <p>An activation lies twice in an int, which a vector load spreads over all lanes; a broadcast of a short takes a shuffle
 * besides. The shape of the tile is that of {@link FloatTile}. The sums pass through memory: scaled where they are made,
 * they would not fit the registers. For the shape of the loops see {@link PanelTile}.
 */
final class ShortTile {
    static final VectorSpecies<Short> SHORTS = Lanes.INTS.withLanes(short.class);

    /** Shorts in a vector. */
    private static final int COUNT = SHORTS.length();

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = 2 * COUNT;

    /** Distance of two tokens' sums in scratch space. */
    private static final int TOKEN_SUMS = BlockMatrix.PANEL_GROUPS * TILE_ROWS;

    /** Scratch space for the sums of a tile: as many shorts. */
    static final int SCRATCH = Activations.TILE_TOKENS * TOKEN_SUMS;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    private ShortTile() {}

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param a the panel at 0, in tiles of {@code columns x TILE_ROWS}, and scratch space from {@code scratch} on
     * @param groups of columns in the panel
     * @param activations interleaved integers, and starts of groups, interleaved too
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     * @param floats {@code tokens x ROWS} sums, then from {@code scales} on the scales of {@code ROWS} rows for each group
     */
    static void multiply(
            short[] a,
            int scratch,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            float[] floats,
            int scales,
            int tokens) {
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            int low = firstRow(row / COUNT);
            int low2 = firstRow(row / COUNT + 1);
            for (int token = 0; token < tokens; token += Activations.TILE_TOKENS) {
                addGroups(a, row * groups * BlockLayout.GROUP, scratch, groups, activations, firstGroup, allGroups, token);
                for (int t = 0; t < Math.min(Activations.TILE_TOKENS, tokens - token); t++) {
                    int sums = scratch + t * TOKEN_SUMS;
                    int to = (token + t) * ROWS;
                    int scale = (token + t) * allGroups + firstGroup;
                    scale(a, sums, floats, scales + low, activations.scales, scale, groups, to + low);
                    scale(a, sums + COUNT, floats, scales + low2, activations.scales, scale, groups, to + low2);
                }
            }
        }
    }

    /** The sums of some groups for the tokens of one tile. */
    private static void addGroups(
            short[] a,
            int panel,
            int scratch,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            int token) {
        int at = Activations.interleaved(token, firstGroup * BlockLayout.GROUP, allGroups * BlockLayout.GROUP);
        int start = Activations.interleaved(token, firstGroup, allGroups);
        int weights = panel;
        int sums = scratch;
        for (int group = 0; group < groups; group++) {
            tile(a, sums, weights, activations.integers, at, activations.integerStarts, start);
            at += BlockLayout.GROUP * Activations.TILE_TOKENS;
            start += Activations.TILE_TOKENS;
            weights += BlockLayout.GROUP * TILE_ROWS;
            sums += TILE_ROWS;
        }
    }

    /** The first row of a vector of the panel's shorts: {@link BlockLayout#slot}. */
    private static int firstRow(int vector) {
        int lane = vector * Lanes.COUNT;
        return lane / 16 * BlockLayout.ROWS + lane % 16;
    }

    /**
     * Adds one token's sums, scaled, to its floats. The shorts of the lower halves of 32-bit lanes belong to rows from
     * {@code to} on, those of the upper halves to rows from {@code to + 16} on. Both are converted 65536 times too large;
     * the activations' scales make up for it.
     */
    private static void scale(
            short[] sums,
            int from,
            float[] floats,
            int scales,
            float[] activationScales,
            int first,
            int groups,
            int to) {
        FloatVector low = FloatVector.fromArray(Lanes.FLOATS, floats, to);
        FloatVector high = FloatVector.fromArray(Lanes.FLOATS, floats, to + 16);
        int at = from;
        int rowScale = scales;
        for (int group = first; group < first + groups; group++) {
            FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[group]);
            IntVector pairs = ShortVector.fromArray(SHORTS, sums, at).reinterpretAsInts();
            low = ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                    .fma(FloatVector.fromArray(Lanes.FLOATS, floats, rowScale).mul(scale), low);
            high = ((FloatVector) pairs.and(0xffff0000).convert(VectorOperators.I2F, 0))
                    .fma(
                            FloatVector.fromArray(Lanes.FLOATS, floats, rowScale + 16)
                                    .mul(scale),
                            high);
            at += TILE_ROWS;
            rowScale += ROWS;
        }
        low.intoArray(floats, to);
        high.intoArray(floats, to + 16);
    }

    private static void tile(short[] a, int sums, int weights, int[] x, int from, int[] starts, int start) {
        ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[start]).reinterpretAsShorts();
        ShortVector s01 = s00;
        ShortVector s10 = IntVector.broadcast(Lanes.INTS, starts[start + 1]).reinterpretAsShorts();
        ShortVector s11 = s10;
        ShortVector s20 = IntVector.broadcast(Lanes.INTS, starts[start + 2]).reinterpretAsShorts();
        ShortVector s21 = s20;
        ShortVector s30 = IntVector.broadcast(Lanes.INTS, starts[start + 3]).reinterpretAsShorts();
        ShortVector s31 = s30;
        for (int i = 0; i < BlockLayout.GROUP; i++) {
            int w = weights + i * TILE_ROWS;
            int at = from + i * Activations.TILE_TOKENS;
            ShortVector w0 = ShortVector.fromArray(SHORTS, a, w);
            ShortVector w1 = ShortVector.fromArray(SHORTS, a, w + COUNT);
            ShortVector token = IntVector.broadcast(Lanes.INTS, x[at]).reinterpretAsShorts();
            s00 = s00.add(w0.mul(token));
            s01 = s01.add(w1.mul(token));
            token = IntVector.broadcast(Lanes.INTS, x[at + 1]).reinterpretAsShorts();
            s10 = s10.add(w0.mul(token));
            s11 = s11.add(w1.mul(token));
            token = IntVector.broadcast(Lanes.INTS, x[at + 2]).reinterpretAsShorts();
            s20 = s20.add(w0.mul(token));
            s21 = s21.add(w1.mul(token));
            token = IntVector.broadcast(Lanes.INTS, x[at + 3]).reinterpretAsShorts();
            s30 = s30.add(w0.mul(token));
            s31 = s31.add(w1.mul(token));
        }
        s00.intoArray(a, sums);
        s01.intoArray(a, sums + COUNT);
        s10.intoArray(a, sums + TOKEN_SUMS);
        s11.intoArray(a, sums + TOKEN_SUMS + COUNT);
        s20.intoArray(a, sums + 2 * TOKEN_SUMS);
        s21.intoArray(a, sums + 2 * TOKEN_SUMS + COUNT);
        s30.intoArray(a, sums + 3 * TOKEN_SUMS);
        s31.intoArray(a, sums + 3 * TOKEN_SUMS + COUNT);
    }
}
