package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A panel of unpacked 4-bit weights times several tokens' 8-bit activations, in 16-bit lanes of one row each. The 32
 * products of a group are at most {@code 32 * 8 * 127 = 32512}, so they add up in 16 bits exactly, and then are scaled
 * and added to the row's float. That makes two operations for 32 multiply-adds of 512 bits, half of what floats take.
 *
 * <p>8 tokens x 2 vectors keep 16 sums and 3 operands in 32 registers: each broadcast activation serves two vectors.
 */
final class ShortTile {
    static final VectorSpecies<Short> SHORTS = Lanes.INTS.withLanes(short.class);

    /** Shorts in a vector. */
    static final int COUNT = SHORTS.length();

    /** Scratch space for the sums of a tile: as many shorts. */
    static final int SCRATCH = 8 * BlockMatrix.PANEL_ROWS;

    private static final int ROWS = BlockMatrix.PANEL_ROWS;
    private static final boolean MANY_REGISTERS = Lanes.COUNT == 16;

    private ShortTile() {}

    /**
     * The products of one group.
     *
     * @param panel {@code GROUP x ROWS} weights from {@code w} on; its scratch space for sums begins at {@code scratch}
     * @param offset where the first token's group begins in its activations, which are {@code stride} apart
     * @param tokens 8, 4 or 1
     */
    static void multiply(short[] panel, int w, short[] x, int offset, int stride, int tokens, int scratch) {
        for (int row = 0; row < ROWS; row += 2 * COUNT) {
            if (tokens == 8) {
                tile8(panel, w + row, x, offset, stride, panel, scratch + row);
            } else if (tokens == 4) {
                tile4(panel, w + row, x, offset, stride, panel, scratch + row);
            } else {
                tile1(panel, w + row, x, offset, panel, scratch + row);
            }
        }
    }

    /** How many of so many tokens the next tile takes. */
    static int tokens(int left) {
        return MANY_REGISTERS && left >= 8 ? 8 : left >= 4 ? 4 : 1;
    }

    /**
     * Adds one token's sums, scaled, to its floats.
     *
     * @param sums {@code ROWS} integers from {@code from} on, in the order of {@link BlockLayout#slot} in each block
     * @param floats {@code ROWS} scales from {@code scales} on and the token's {@code ROWS} floats from {@code to} on
     * @param activationScale the token's scale of this group
     */
    static void scale(short[] sums, int from, float[] floats, int scales, float activationScale, int to) {
        for (int block = 0; block < ROWS; block += BlockLayout.ROWS) {
            for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
                IntVector pairs = ShortVector.fromArray(SHORTS, sums, from + block + 2 * lane)
                        .reinterpretAsInts();
                int row = block + lane;
                add(pairs.lanewise(VectorOperators.LSHL, 16), floats, scales + row, activationScale, to + row);
                add(pairs, floats, scales + row + 16, activationScale, to + row + 16);
            }
        }
    }

    /** The upper halves of the pairs, scaled and added. */
    private static void add(IntVector pairs, float[] floats, int scales, float activationScale, int to) {
        FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, floats, scales).mul(activationScale);
        upper(pairs).fma(scale, FloatVector.fromArray(Lanes.FLOATS, floats, to)).intoArray(floats, to);
    }

    static FloatVector upper(IntVector pairs) {
        return (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
    }

    private static void tile8(short[] panel, int w, short[] x, int offset, int stride, short[] sums, int at) {
        ShortVector s00 = ShortVector.zero(SHORTS);
        ShortVector s01 = s00;
        ShortVector s10 = s00;
        ShortVector s11 = s00;
        ShortVector s20 = s00;
        ShortVector s21 = s00;
        ShortVector s30 = s00;
        ShortVector s31 = s00;
        ShortVector s40 = s00;
        ShortVector s41 = s00;
        ShortVector s50 = s00;
        ShortVector s51 = s00;
        ShortVector s60 = s00;
        ShortVector s61 = s00;
        ShortVector s70 = s00;
        ShortVector s71 = s00;
        int column = w;
        for (int i = offset; i < offset + BlockLayout.GROUP; i++) {
            ShortVector w0 = ShortVector.fromArray(SHORTS, panel, column);
            ShortVector w1 = ShortVector.fromArray(SHORTS, panel, column + COUNT);
            ShortVector token = ShortVector.broadcast(SHORTS, x[i]);
            s00 = s00.add(w0.mul(token));
            s01 = s01.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + stride]);
            s10 = s10.add(w0.mul(token));
            s11 = s11.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 2 * stride]);
            s20 = s20.add(w0.mul(token));
            s21 = s21.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 3 * stride]);
            s30 = s30.add(w0.mul(token));
            s31 = s31.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 4 * stride]);
            s40 = s40.add(w0.mul(token));
            s41 = s41.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 5 * stride]);
            s50 = s50.add(w0.mul(token));
            s51 = s51.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 6 * stride]);
            s60 = s60.add(w0.mul(token));
            s61 = s61.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 7 * stride]);
            s70 = s70.add(w0.mul(token));
            s71 = s71.add(w1.mul(token));
            column += ROWS;
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + COUNT);
        s10.intoArray(sums, at + ROWS);
        s11.intoArray(sums, at + ROWS + COUNT);
        s20.intoArray(sums, at + 2 * ROWS);
        s21.intoArray(sums, at + 2 * ROWS + COUNT);
        s30.intoArray(sums, at + 3 * ROWS);
        s31.intoArray(sums, at + 3 * ROWS + COUNT);
        s40.intoArray(sums, at + 4 * ROWS);
        s41.intoArray(sums, at + 4 * ROWS + COUNT);
        s50.intoArray(sums, at + 5 * ROWS);
        s51.intoArray(sums, at + 5 * ROWS + COUNT);
        s60.intoArray(sums, at + 6 * ROWS);
        s61.intoArray(sums, at + 6 * ROWS + COUNT);
        s70.intoArray(sums, at + 7 * ROWS);
        s71.intoArray(sums, at + 7 * ROWS + COUNT);
    }

    private static void tile4(short[] panel, int w, short[] x, int offset, int stride, short[] sums, int at) {
        ShortVector s00 = ShortVector.zero(SHORTS);
        ShortVector s01 = s00;
        ShortVector s10 = s00;
        ShortVector s11 = s00;
        ShortVector s20 = s00;
        ShortVector s21 = s00;
        ShortVector s30 = s00;
        ShortVector s31 = s00;
        int column = w;
        for (int i = offset; i < offset + BlockLayout.GROUP; i++) {
            ShortVector w0 = ShortVector.fromArray(SHORTS, panel, column);
            ShortVector w1 = ShortVector.fromArray(SHORTS, panel, column + COUNT);
            ShortVector token = ShortVector.broadcast(SHORTS, x[i]);
            s00 = s00.add(w0.mul(token));
            s01 = s01.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + stride]);
            s10 = s10.add(w0.mul(token));
            s11 = s11.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 2 * stride]);
            s20 = s20.add(w0.mul(token));
            s21 = s21.add(w1.mul(token));
            token = ShortVector.broadcast(SHORTS, x[i + 3 * stride]);
            s30 = s30.add(w0.mul(token));
            s31 = s31.add(w1.mul(token));
            column += ROWS;
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + COUNT);
        s10.intoArray(sums, at + ROWS);
        s11.intoArray(sums, at + ROWS + COUNT);
        s20.intoArray(sums, at + 2 * ROWS);
        s21.intoArray(sums, at + 2 * ROWS + COUNT);
        s30.intoArray(sums, at + 3 * ROWS);
        s31.intoArray(sums, at + 3 * ROWS + COUNT);
    }

    private static void tile1(short[] panel, int w, short[] x, int offset, short[] sums, int at) {
        ShortVector s00 = ShortVector.zero(SHORTS);
        ShortVector s01 = s00;
        int column = w;
        for (int i = offset; i < offset + BlockLayout.GROUP; i++) {
            ShortVector w0 = ShortVector.fromArray(SHORTS, panel, column);
            ShortVector w1 = ShortVector.fromArray(SHORTS, panel, column + COUNT);
            ShortVector token = ShortVector.broadcast(SHORTS, x[i]);
            s00 = s00.add(w0.mul(token));
            s01 = s01.add(w1.mul(token));
            column += ROWS;
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + COUNT);
    }
}
