package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 8-bit weights as they are stored times a few tokens: each column is read and made floats once for all of them. Two vectors of rows
 * times 8 tokens keep 16 sums in 32 registers; with 16 registers it is 4 tokens. For the shape of the loop see {@link VectorQ8Matrix}.
 */
final class ByteTile {
    private static final int LARGE_TOKENS = 8;
    private static final int SMALL_TOKENS = 4;

    /** Vectors of rows of a tile. */
    static final int VECTORS = 2;

    /** Tokens of the largest tile that there are registers for. */
    static final int TOKENS = Lanes.MANY_REGISTERS ? LARGE_TOKENS : SMALL_TOKENS;

    /** Space for the sums of a tile. */
    static final int SUMS = TOKENS * VECTORS * Lanes.COUNT;

    private ByteTile() {}

    /**
     * Multiplies two vectors of rows.
     *
     * @param data of the matrix
     * @param offset of the rows' elements in the first column
     * @param scales of the rows' scales in the first group
     * @param layout of the matrix
     * @param x activations, token after token, from {@code from} on
     * @param tokens how many, at most {@link #TOKENS}; more may be multiplied in vain
     * @param a {@code TOKENS x STREAMED_ROWS} sums of rows, those of the tokens zero; from {@code between} on space for {@link #SUMS}
     * @param to the first row
     */
    static void multiply(
            MemorySegment data,
            long offset,
            long scales,
            BlockLayout layout,
            float[] x,
            int from,
            int tokens,
            float[] a,
            int to,
            int between) {
        if (tokens > SMALL_TOKENS) {
            largeTile(data, offset, scales, layout, x, from, a, to, between);
        } else {
            smallTile(data, offset, scales, layout, x, from, a, to, between);
        }
    }

    /** Two vectors of rows and 4 tokens. */
    private static void smallTile(
            MemorySegment data,
            long offset,
            long scales,
            BlockLayout layout,
            float[] x,
            int from,
            float[] a,
            int to,
            int between) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        long odd = layout.partBytes();
        int columns = layout.groups() * BlockLayout.GROUP;
        int from0 = from;
        int from1 = from0 + columns;
        int from2 = from1 + columns;
        int from3 = from2 + columns;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s11 = s10;
        FloatVector s20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s21 = s20;
        FloatVector s30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s31 = s30;
        for (int column = 0; column < columns; column += 2) {
            long word = (long) column * VectorQ8Matrix.PAIR_BYTES;
            FloatVector w0 = (FloatVector)
                    ByteVector.fromMemorySegment(VectorQ8Matrix.BYTES, weights, offset + word, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            FloatVector w1 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[from0 + column]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from1 + column]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from2 + column]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from3 + column]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            w0 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + odd, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            w1 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + odd + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from0 + column + 1]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from1 + column + 1]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from2 + column + 1]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from3 + column + 1]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            if ((column & VectorQ8Matrix.LAST_OF_GROUP) == VectorQ8Matrix.LAST_PAIR) {
                s00.intoArray(a, between);
                s01.intoArray(a, between + Lanes.COUNT);
                s10.intoArray(a, between + 2 * Lanes.COUNT);
                s11.intoArray(a, between + 3 * Lanes.COUNT);
                s20.intoArray(a, between + 4 * Lanes.COUNT);
                s21.intoArray(a, between + 5 * Lanes.COUNT);
                s30.intoArray(a, between + 6 * Lanes.COUNT);
                s31.intoArray(a, between + 7 * Lanes.COUNT);
                long scaleWord = (long) (column / BlockLayout.GROUP) * VectorQ8Matrix.SCALE_BYTES;
                addScaled(a, between, SMALL_TOKENS, data, scales + scaleWord, to);
                s00 = FloatVector.zero(Lanes.FLOATS);
                s01 = FloatVector.zero(Lanes.FLOATS);
                s10 = FloatVector.zero(Lanes.FLOATS);
                s11 = FloatVector.zero(Lanes.FLOATS);
                s20 = FloatVector.zero(Lanes.FLOATS);
                s21 = FloatVector.zero(Lanes.FLOATS);
                s30 = FloatVector.zero(Lanes.FLOATS);
                s31 = FloatVector.zero(Lanes.FLOATS);
            }
        }
    }

    /** Two vectors of rows and 8 tokens. */
    private static void largeTile(
            MemorySegment data,
            long offset,
            long scales,
            BlockLayout layout,
            float[] x,
            int from,
            float[] a,
            int to,
            int between) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        long odd = layout.partBytes();
        int columns = layout.groups() * BlockLayout.GROUP;
        int from0 = from;
        int from1 = from0 + columns;
        int from2 = from1 + columns;
        int from3 = from2 + columns;
        int from4 = from3 + columns;
        int from5 = from4 + columns;
        int from6 = from5 + columns;
        int from7 = from6 + columns;
        FloatVector s00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s11 = s10;
        FloatVector s20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s21 = s20;
        FloatVector s30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s31 = s30;
        FloatVector s40 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s41 = s40;
        FloatVector s50 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s51 = s50;
        FloatVector s60 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s61 = s60;
        FloatVector s70 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s71 = s70;
        for (int column = 0; column < columns; column += 2) {
            long word = (long) column * VectorQ8Matrix.PAIR_BYTES;
            FloatVector w0 = (FloatVector)
                    ByteVector.fromMemorySegment(VectorQ8Matrix.BYTES, weights, offset + word, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            FloatVector w1 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            FloatVector token = FloatVector.broadcast(Lanes.FLOATS, x[from0 + column]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from1 + column]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from2 + column]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from3 + column]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from4 + column]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from5 + column]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from6 + column]);
            s60 = w0.fma(token, s60);
            s61 = w1.fma(token, s61);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from7 + column]);
            s70 = w0.fma(token, s70);
            s71 = w1.fma(token, s71);
            w0 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + odd, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            w1 = (FloatVector) ByteVector.fromMemorySegment(
                            VectorQ8Matrix.BYTES, weights, offset + word + odd + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from0 + column + 1]);
            s00 = w0.fma(token, s00);
            s01 = w1.fma(token, s01);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from1 + column + 1]);
            s10 = w0.fma(token, s10);
            s11 = w1.fma(token, s11);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from2 + column + 1]);
            s20 = w0.fma(token, s20);
            s21 = w1.fma(token, s21);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from3 + column + 1]);
            s30 = w0.fma(token, s30);
            s31 = w1.fma(token, s31);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from4 + column + 1]);
            s40 = w0.fma(token, s40);
            s41 = w1.fma(token, s41);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from5 + column + 1]);
            s50 = w0.fma(token, s50);
            s51 = w1.fma(token, s51);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from6 + column + 1]);
            s60 = w0.fma(token, s60);
            s61 = w1.fma(token, s61);
            token = FloatVector.broadcast(Lanes.FLOATS, x[from7 + column + 1]);
            s70 = w0.fma(token, s70);
            s71 = w1.fma(token, s71);
            if ((column & VectorQ8Matrix.LAST_OF_GROUP) == VectorQ8Matrix.LAST_PAIR) {
                s00.intoArray(a, between);
                s01.intoArray(a, between + Lanes.COUNT);
                s10.intoArray(a, between + 2 * Lanes.COUNT);
                s11.intoArray(a, between + 3 * Lanes.COUNT);
                s20.intoArray(a, between + 4 * Lanes.COUNT);
                s21.intoArray(a, between + 5 * Lanes.COUNT);
                s30.intoArray(a, between + 6 * Lanes.COUNT);
                s31.intoArray(a, between + 7 * Lanes.COUNT);
                s40.intoArray(a, between + 8 * Lanes.COUNT);
                s41.intoArray(a, between + 9 * Lanes.COUNT);
                s50.intoArray(a, between + 10 * Lanes.COUNT);
                s51.intoArray(a, between + 11 * Lanes.COUNT);
                s60.intoArray(a, between + 12 * Lanes.COUNT);
                s61.intoArray(a, between + 13 * Lanes.COUNT);
                s70.intoArray(a, between + 14 * Lanes.COUNT);
                s71.intoArray(a, between + 15 * Lanes.COUNT);
                long scaleWord = (long) (column / BlockLayout.GROUP) * VectorQ8Matrix.SCALE_BYTES;
                addScaled(a, between, LARGE_TOKENS, data, scales + scaleWord, to);
                s00 = FloatVector.zero(Lanes.FLOATS);
                s01 = FloatVector.zero(Lanes.FLOATS);
                s10 = FloatVector.zero(Lanes.FLOATS);
                s11 = FloatVector.zero(Lanes.FLOATS);
                s20 = FloatVector.zero(Lanes.FLOATS);
                s21 = FloatVector.zero(Lanes.FLOATS);
                s30 = FloatVector.zero(Lanes.FLOATS);
                s31 = FloatVector.zero(Lanes.FLOATS);
                s40 = FloatVector.zero(Lanes.FLOATS);
                s41 = FloatVector.zero(Lanes.FLOATS);
                s50 = FloatVector.zero(Lanes.FLOATS);
                s51 = FloatVector.zero(Lanes.FLOATS);
                s60 = FloatVector.zero(Lanes.FLOATS);
                s61 = FloatVector.zero(Lanes.FLOATS);
                s70 = FloatVector.zero(Lanes.FLOATS);
                s71 = FloatVector.zero(Lanes.FLOATS);
            }
        }
    }

    /** Adds the sums of a group, scaled, to the tokens' floats. */
    private static void addScaled(float[] a, int between, int tokens, MemorySegment data, long scales, int to) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        FloatVector scale0 = VectorQ8Matrix.scales(weights, scales);
        FloatVector scale1 = VectorQ8Matrix.scales(weights, scales + 2L * Lanes.COUNT);
        for (int token = 0; token < tokens; token++) {
            int from = between + token * (VECTORS * Lanes.COUNT);
            int at = to + token * BlockMatrix.STREAMED_ROWS;
            FloatVector.fromArray(Lanes.FLOATS, a, from)
                    .fma(scale0, FloatVector.fromArray(Lanes.FLOATS, a, at))
                    .intoArray(a, at);
            FloatVector.fromArray(Lanes.FLOATS, a, from + Lanes.COUNT)
                    .fma(scale1, FloatVector.fromArray(Lanes.FLOATS, a, at + Lanes.COUNT))
                    .intoArray(a, at + Lanes.COUNT);
        }
    }
}
