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
 * besides. 8 tokens x 2 vectors keep 16 sums and 3 operands in 32 registers; machines of 16 registers get 4 x 2. The sums
 * pass through memory: scaled where they are made, they would not fit the registers.
 *
 * <p>For the shape of the loops see {@link PanelTile}.
 */
final class ShortTile {
    static final VectorSpecies<Short> SHORTS = Lanes.INTS.withLanes(short.class);

    /** Shorts in a vector. */
    private static final int COUNT = SHORTS.length();

    private static final boolean MANY_REGISTERS = Lanes.COUNT == 16;
    private static final int TOKENS = MANY_REGISTERS ? 8 : 4;

    /** Rows whose weights of one column are adjacent. */
    static final int TILE_ROWS = 2 * COUNT;

    /** Distance of two tokens' sums in scratch space. */
    private static final int TOKEN_SUMS = BlockMatrix.PANEL_GROUPS * TILE_ROWS;

    /** Scratch space for the sums of a tile: as many shorts. */
    static final int SCRATCH = TOKENS * TOKEN_SUMS;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    private ShortTile() {}

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param a the panel at 0, in tiles of {@code columns x TILE_ROWS}, and scratch space from {@code scratch} on
     * @param groups of columns in the panel
     * @param activations of all columns
     * @param stride of the activations' integers
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     * @param floats {@code tokens x ROWS} sums, then from {@code scales} on the scales of {@code ROWS} rows for each group
     */
    static void multiply(
            short[] a,
            int scratch,
            int groups,
            Activations activations,
            int stride,
            int firstGroup,
            int allGroups,
            float[] floats,
            int scales,
            int tokens) {
        int[] x = activations.integers;
        int[] starts = activations.integerStarts;
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            int panel = row * groups * BlockLayout.GROUP;
            int low = firstRow(row / COUNT);
            int low2 = firstRow(row / COUNT + 1);
            int count;
            for (int token = 0; token < tokens; token += count) {
                count = tokensOfTile(tokens - token);
                int offset = token * stride + firstGroup * BlockLayout.GROUP;
                int start = token * allGroups + firstGroup;
                switch (count) {
                    case 8 -> tile8(a, panel, groups, x, offset, stride, starts, start, allGroups, scratch);
                    case 4 -> tile4(a, panel, groups, x, offset, stride, starts, start, allGroups, scratch);
                    case 2 -> tile2(a, panel, groups, x, offset, stride, starts, start, allGroups, scratch);
                    default -> tile1(a, panel, groups, x, offset, starts, start, scratch);
                }
                for (int t = 0; t < count; t++) {
                    int sums = scratch + t * TOKEN_SUMS;
                    int to = (token + t) * ROWS;
                    int scale = start + t * allGroups;
                    scale(a, sums, floats, scales + low, activations.scales, scale, groups, to + low);
                    scale(a, sums + COUNT, floats, scales + low2, activations.scales, scale, groups, to + low2);
                }
            }
        }
    }

    /** The first row of a vector of the panel's shorts: {@link BlockLayout#slot}. */
    private static int firstRow(int vector) {
        int lane = vector * Lanes.COUNT;
        return lane / 16 * BlockLayout.ROWS + lane % 16;
    }

    /** How many of so many tokens the next tile takes. */
    private static int tokensOfTile(int left) {
        return Math.min(TOKENS, Integer.highestOneBit(left));
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

    private static void tile8(
            short[] a,
            int panel,
            int groups,
            int[] x,
            int offset,
            int stride,
            int[] starts,
            int start,
            int startStride,
            int sums) {
        int w = panel;
        int x0 = offset;
        int at = sums;
        for (int group = start; group < start + groups; group++) {
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            int x4 = x3 + stride;
            int x5 = x4 + stride;
            int x6 = x5 + stride;
            int x7 = x6 + stride;
            ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
            ShortVector s01 = s00;
            ShortVector s10 =
                    IntVector.broadcast(Lanes.INTS, starts[group + startStride]).reinterpretAsShorts();
            ShortVector s11 = s10;
            ShortVector s20 = IntVector.broadcast(Lanes.INTS, starts[group + 2 * startStride])
                    .reinterpretAsShorts();
            ShortVector s21 = s20;
            ShortVector s30 = IntVector.broadcast(Lanes.INTS, starts[group + 3 * startStride])
                    .reinterpretAsShorts();
            ShortVector s31 = s30;
            ShortVector s40 = IntVector.broadcast(Lanes.INTS, starts[group + 4 * startStride])
                    .reinterpretAsShorts();
            ShortVector s41 = s40;
            ShortVector s50 = IntVector.broadcast(Lanes.INTS, starts[group + 5 * startStride])
                    .reinterpretAsShorts();
            ShortVector s51 = s50;
            ShortVector s60 = IntVector.broadcast(Lanes.INTS, starts[group + 6 * startStride])
                    .reinterpretAsShorts();
            ShortVector s61 = s60;
            ShortVector s70 = IntVector.broadcast(Lanes.INTS, starts[group + 7 * startStride])
                    .reinterpretAsShorts();
            ShortVector s71 = s70;
            for (int i = 0; i < BlockLayout.GROUP; i++) {
                int column = w + i * TILE_ROWS;
                ShortVector w0 = ShortVector.fromArray(SHORTS, a, column);
                ShortVector w1 = ShortVector.fromArray(SHORTS, a, column + COUNT);
                ShortVector token = IntVector.broadcast(Lanes.INTS, x[x0 + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(token));
                s01 = s01.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x1 + i]).reinterpretAsShorts();
                s10 = s10.add(w0.mul(token));
                s11 = s11.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x2 + i]).reinterpretAsShorts();
                s20 = s20.add(w0.mul(token));
                s21 = s21.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x3 + i]).reinterpretAsShorts();
                s30 = s30.add(w0.mul(token));
                s31 = s31.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x4 + i]).reinterpretAsShorts();
                s40 = s40.add(w0.mul(token));
                s41 = s41.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x5 + i]).reinterpretAsShorts();
                s50 = s50.add(w0.mul(token));
                s51 = s51.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x6 + i]).reinterpretAsShorts();
                s60 = s60.add(w0.mul(token));
                s61 = s61.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x7 + i]).reinterpretAsShorts();
                s70 = s70.add(w0.mul(token));
                s71 = s71.add(w1.mul(token));
            }
            s00.intoArray(a, at);
            s01.intoArray(a, at + COUNT);
            s10.intoArray(a, at + TOKEN_SUMS);
            s11.intoArray(a, at + TOKEN_SUMS + COUNT);
            s20.intoArray(a, at + 2 * TOKEN_SUMS);
            s21.intoArray(a, at + 2 * TOKEN_SUMS + COUNT);
            s30.intoArray(a, at + 3 * TOKEN_SUMS);
            s31.intoArray(a, at + 3 * TOKEN_SUMS + COUNT);
            s40.intoArray(a, at + 4 * TOKEN_SUMS);
            s41.intoArray(a, at + 4 * TOKEN_SUMS + COUNT);
            s50.intoArray(a, at + 5 * TOKEN_SUMS);
            s51.intoArray(a, at + 5 * TOKEN_SUMS + COUNT);
            s60.intoArray(a, at + 6 * TOKEN_SUMS);
            s61.intoArray(a, at + 6 * TOKEN_SUMS + COUNT);
            s70.intoArray(a, at + 7 * TOKEN_SUMS);
            s71.intoArray(a, at + 7 * TOKEN_SUMS + COUNT);
            w += BlockLayout.GROUP * TILE_ROWS;
            x0 += BlockLayout.GROUP;
            at += TILE_ROWS;
        }
    }

    private static void tile4(
            short[] a,
            int panel,
            int groups,
            int[] x,
            int offset,
            int stride,
            int[] starts,
            int start,
            int startStride,
            int sums) {
        int w = panel;
        int x0 = offset;
        int at = sums;
        for (int group = start; group < start + groups; group++) {
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
            ShortVector s01 = s00;
            ShortVector s10 =
                    IntVector.broadcast(Lanes.INTS, starts[group + startStride]).reinterpretAsShorts();
            ShortVector s11 = s10;
            ShortVector s20 = IntVector.broadcast(Lanes.INTS, starts[group + 2 * startStride])
                    .reinterpretAsShorts();
            ShortVector s21 = s20;
            ShortVector s30 = IntVector.broadcast(Lanes.INTS, starts[group + 3 * startStride])
                    .reinterpretAsShorts();
            ShortVector s31 = s30;
            for (int i = 0; i < BlockLayout.GROUP; i++) {
                int column = w + i * TILE_ROWS;
                ShortVector w0 = ShortVector.fromArray(SHORTS, a, column);
                ShortVector w1 = ShortVector.fromArray(SHORTS, a, column + COUNT);
                ShortVector token = IntVector.broadcast(Lanes.INTS, x[x0 + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(token));
                s01 = s01.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x1 + i]).reinterpretAsShorts();
                s10 = s10.add(w0.mul(token));
                s11 = s11.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x2 + i]).reinterpretAsShorts();
                s20 = s20.add(w0.mul(token));
                s21 = s21.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x3 + i]).reinterpretAsShorts();
                s30 = s30.add(w0.mul(token));
                s31 = s31.add(w1.mul(token));
            }
            s00.intoArray(a, at);
            s01.intoArray(a, at + COUNT);
            s10.intoArray(a, at + TOKEN_SUMS);
            s11.intoArray(a, at + TOKEN_SUMS + COUNT);
            s20.intoArray(a, at + 2 * TOKEN_SUMS);
            s21.intoArray(a, at + 2 * TOKEN_SUMS + COUNT);
            s30.intoArray(a, at + 3 * TOKEN_SUMS);
            s31.intoArray(a, at + 3 * TOKEN_SUMS + COUNT);
            w += BlockLayout.GROUP * TILE_ROWS;
            x0 += BlockLayout.GROUP;
            at += TILE_ROWS;
        }
    }

    private static void tile2(
            short[] a,
            int panel,
            int groups,
            int[] x,
            int offset,
            int stride,
            int[] starts,
            int start,
            int startStride,
            int sums) {
        int w = panel;
        int x0 = offset;
        int at = sums;
        for (int group = start; group < start + groups; group++) {
            int x1 = x0 + stride;
            ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
            ShortVector s01 = s00;
            ShortVector s10 =
                    IntVector.broadcast(Lanes.INTS, starts[group + startStride]).reinterpretAsShorts();
            ShortVector s11 = s10;
            for (int i = 0; i < BlockLayout.GROUP; i++) {
                int column = w + i * TILE_ROWS;
                ShortVector w0 = ShortVector.fromArray(SHORTS, a, column);
                ShortVector w1 = ShortVector.fromArray(SHORTS, a, column + COUNT);
                ShortVector token = IntVector.broadcast(Lanes.INTS, x[x0 + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(token));
                s01 = s01.add(w1.mul(token));
                token = IntVector.broadcast(Lanes.INTS, x[x1 + i]).reinterpretAsShorts();
                s10 = s10.add(w0.mul(token));
                s11 = s11.add(w1.mul(token));
            }
            s00.intoArray(a, at);
            s01.intoArray(a, at + COUNT);
            s10.intoArray(a, at + TOKEN_SUMS);
            s11.intoArray(a, at + TOKEN_SUMS + COUNT);
            w += BlockLayout.GROUP * TILE_ROWS;
            x0 += BlockLayout.GROUP;
            at += TILE_ROWS;
        }
    }

    private static void tile1(
            short[] a, int panel, int groups, int[] x, int offset, int[] starts, int start, int sums) {
        int w = panel;
        int x0 = offset;
        int at = sums;
        for (int group = start; group < start + groups; group++) {
            ShortVector s00 = IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
            ShortVector s01 = s00;
            for (int i = 0; i < BlockLayout.GROUP; i++) {
                int column = w + i * TILE_ROWS;
                ShortVector w0 = ShortVector.fromArray(SHORTS, a, column);
                ShortVector w1 = ShortVector.fromArray(SHORTS, a, column + COUNT);
                ShortVector token = IntVector.broadcast(Lanes.INTS, x[x0 + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(token));
                s01 = s01.add(w1.mul(token));
            }
            s00.intoArray(a, at);
            s01.intoArray(a, at + COUNT);
            w += BlockLayout.GROUP * TILE_ROWS;
            x0 += BlockLayout.GROUP;
            at += TILE_ROWS;
        }
    }
}
