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
 * besides. For the shape of the tile see {@link FloatTile}, for that of the loops {@link PanelTile}.
 */
final class ShortTile {
    static final VectorSpecies<Short> SHORTS = Lanes.INTS.withLanes(short.class);

    /** Shorts in a vector. */
    private static final int COUNT = SHORTS.length();

    /** Tokens of a tile, whose activations of one column are adjacent. */
    static final int TOKENS = 4;

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = 2 * COUNT;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;
    private static final int SECOND = VectorQ4Matrix.firstRow(1);

    private ShortTile() {}

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param panel in tiles of {@code columns x TILE_ROWS}
     * @param groups of columns in the panel
     * @param activations interleaved integers; starts and scales of groups, interleaved too
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     * @param floats {@code tokens x ROWS} sums, rounded up to whole tiles, then from {@code scales} on the scales of
     *     {@code ROWS} rows for each group
     */
    static void multiply(
            short[] panel,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            float[] floats,
            int scales,
            int tokens) {
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            int low = VectorQ4Matrix.firstRow(row / COUNT);
            for (int token = 0; token < tokens; token += TOKENS) {
                int at = Activations.interleaved(
                        token, firstGroup * BlockLayout.GROUP, allGroups * BlockLayout.GROUP, TOKENS);
                int first = Activations.interleaved(token, firstGroup, allGroups, TOKENS);
                int weights = row * groups * BlockLayout.GROUP;
                int scale = scales + low;
                for (int group = 0; group < groups; group++) {
                    tile(panel, weights, activations, at, first, floats, scale, token * ROWS + low);
                    at += BlockLayout.GROUP * TOKENS;
                    first += TOKENS;
                    weights += BlockLayout.GROUP * TILE_ROWS;
                    scale += ROWS;
                }
            }
        }
    }

    /**
     * One group. The shorts of the lower halves of 32-bit lanes belong to rows from {@code to} on, those of the upper halves
     * to rows from {@code to + 16} on, those of the second vector to rows {@code SECOND} further. All are converted 65536
     * times too large; the activations' scales make up for it.
     */
    private static void tile(
            short[] a, int weights, Activations activations, int from, int first, float[] floats, int scales, int to) {
        int[] x = activations.integers;
        int[] starts = activations.integerStarts;
        float[] activationScales = activations.scales;
        ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[first]).reinterpretAsShorts();
        ShortVector s01 = s00;
        ShortVector s10 = IntVector.broadcast(Lanes.INTS, starts[first + 1]).reinterpretAsShorts();
        ShortVector s11 = s10;
        ShortVector s20 = IntVector.broadcast(Lanes.INTS, starts[first + 2]).reinterpretAsShorts();
        ShortVector s21 = s20;
        ShortVector s30 = IntVector.broadcast(Lanes.INTS, starts[first + 3]).reinterpretAsShorts();
        ShortVector s31 = s30;
        for (int i = 0; i < BlockLayout.GROUP * TOKENS; i += TOKENS) {
            int w = weights + i * (TILE_ROWS / TOKENS);
            int at = from + i;
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
        FloatVector low = FloatVector.fromArray(Lanes.FLOATS, floats, scales);
        FloatVector high = FloatVector.fromArray(Lanes.FLOATS, floats, scales + 16);
        FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first]);
        IntVector pairs = s00.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to))
                .intoArray(floats, to);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 16))
                .intoArray(floats, to + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 1]);
        pairs = s10.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + ROWS))
                .intoArray(floats, to + ROWS);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + ROWS + 16))
                .intoArray(floats, to + ROWS + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 2]);
        pairs = s20.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 2 * ROWS))
                .intoArray(floats, to + 2 * ROWS);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 2 * ROWS + 16))
                .intoArray(floats, to + 2 * ROWS + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 3]);
        pairs = s30.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 3 * ROWS))
                .intoArray(floats, to + 3 * ROWS);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 3 * ROWS + 16))
                .intoArray(floats, to + 3 * ROWS + 16);
        low = FloatVector.fromArray(Lanes.FLOATS, floats, scales + SECOND);
        high = FloatVector.fromArray(Lanes.FLOATS, floats, scales + SECOND + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first]);
        pairs = s01.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + SECOND))
                .intoArray(floats, to + SECOND);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + SECOND + 16))
                .intoArray(floats, to + SECOND + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 1]);
        pairs = s11.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + ROWS + SECOND))
                .intoArray(floats, to + ROWS + SECOND);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + ROWS + SECOND + 16))
                .intoArray(floats, to + ROWS + SECOND + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 2]);
        pairs = s21.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 2 * ROWS + SECOND))
                .intoArray(floats, to + 2 * ROWS + SECOND);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 2 * ROWS + SECOND + 16))
                .intoArray(floats, to + 2 * ROWS + SECOND + 16);
        scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[first + 3]);
        pairs = s31.reinterpretAsInts();
        ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                .fma(low.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 3 * ROWS + SECOND))
                .intoArray(floats, to + 3 * ROWS + SECOND);
        ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                .fma(high.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, to + 3 * ROWS + SECOND + 16))
                .intoArray(floats, to + 3 * ROWS + SECOND + 16);
    }
}
