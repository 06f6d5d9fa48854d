package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights as they are stored times four tokens: each word is read and shifted once for all of them. How words of four
 * columns are multiplied without being taken apart is told in {@link WordStream}; for the shape of the loops see
 * {@link PanelTile}.
 */
final class WordTile {
    /** Tokens of a tile. */
    static final int TOKENS = 4;

    /** Vectors of words of a tile. */
    static final int VECTORS = 2;

    /** Space for the sums of a tile. */
    static final int SUMS = TOKENS * VECTORS * Lanes.COUNT;

    private WordTile() {}

    /**
     * Multiplies two vectors of words.
     *
     * @param data of the matrix
     * @param offset0 of the words of the first vector
     * @param offset1 of those of the second
     * @param scales0 of the scales of the first vector
     * @param scales1 of those of the second
     * @param groups of columns
     * @param arranged factors of {@link WordFactors}, token after token
     * @param token the first
     * @param floats {@code TOKENS x STREAMED_ROWS} sums of rows, zero
     * @param to0 the first row of the first vector
     * @param to1 of the second
     * @param between space for {@link #SUMS}
     */
    static void multiply(
            MemorySegment data,
            long offset0,
            long offset1,
            long scales0,
            long scales1,
            int groups,
            Activations arranged,
            int token,
            float[] floats,
            int to0,
            int to1,
            int[] between) {
        MemorySegment weights = AllMemory.or(data);
        int[] factors = arranged.integers;
        int step = groups * BlockLayout.GROUP;
        int from0 = token * step;
        int from1 = from0 + step;
        int from2 = from1 + step;
        int from3 = from2 + step;
        int first = token * groups;
        // Not a constant of the class, which the compiler would load and mask in every step.
        ShortVector shift = ShortVector.broadcast(Lanes.SHORTS, 4);
        ShortVector s00 = ShortVector.zero(Lanes.SHORTS);
        ShortVector s01 = s00;
        ShortVector s10 = ShortVector.zero(Lanes.SHORTS);
        ShortVector s11 = s10;
        ShortVector s20 = ShortVector.zero(Lanes.SHORTS);
        ShortVector s21 = s20;
        ShortVector s30 = ShortVector.zero(Lanes.SHORTS);
        ShortVector s31 = s30;
        for (int run = 0; run < groups * VectorQ4Matrix.RUNS; run++) {
            long word = (long) run * VectorQ4Matrix.RUN;
            int at = run * BlockLayout.WORD_COLUMNS;
            ShortVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset0 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset1 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector factor =
                    IntVector.broadcast(Lanes.INTS, factors[from0 + at]).reinterpretAsShorts();
            s00 = s00.add(w0.mul(factor));
            s01 = s01.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from1 + at]).reinterpretAsShorts();
            s10 = s10.add(w0.mul(factor));
            s11 = s11.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from2 + at]).reinterpretAsShorts();
            s20 = s20.add(w0.mul(factor));
            s21 = s21.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from3 + at]).reinterpretAsShorts();
            s30 = s30.add(w0.mul(factor));
            s31 = s31.add(w1.mul(factor));
            w0 = Lanes.MANY_REGISTERS
                    ? w0.lanewise(VectorOperators.LSHR, shift)
                    : w0.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            w1 = Lanes.MANY_REGISTERS
                    ? w1.lanewise(VectorOperators.LSHR, shift)
                    : w1.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            factor = IntVector.broadcast(Lanes.INTS, factors[from0 + at + 1]).reinterpretAsShorts();
            s00 = s00.add(w0.mul(factor));
            s01 = s01.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from1 + at + 1]).reinterpretAsShorts();
            s10 = s10.add(w0.mul(factor));
            s11 = s11.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from2 + at + 1]).reinterpretAsShorts();
            s20 = s20.add(w0.mul(factor));
            s21 = s21.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from3 + at + 1]).reinterpretAsShorts();
            s30 = s30.add(w0.mul(factor));
            s31 = s31.add(w1.mul(factor));
            w0 = Lanes.MANY_REGISTERS
                    ? w0.lanewise(VectorOperators.LSHR, shift)
                    : w0.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            w1 = Lanes.MANY_REGISTERS
                    ? w1.lanewise(VectorOperators.LSHR, shift)
                    : w1.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            factor = IntVector.broadcast(Lanes.INTS, factors[from0 + at + 2]).reinterpretAsShorts();
            s00 = s00.add(w0.mul(factor));
            s01 = s01.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from1 + at + 2]).reinterpretAsShorts();
            s10 = s10.add(w0.mul(factor));
            s11 = s11.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from2 + at + 2]).reinterpretAsShorts();
            s20 = s20.add(w0.mul(factor));
            s21 = s21.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from3 + at + 2]).reinterpretAsShorts();
            s30 = s30.add(w0.mul(factor));
            s31 = s31.add(w1.mul(factor));
            w0 = Lanes.MANY_REGISTERS
                    ? w0.lanewise(VectorOperators.LSHR, shift)
                    : w0.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            w1 = Lanes.MANY_REGISTERS
                    ? w1.lanewise(VectorOperators.LSHR, shift)
                    : w1.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .and(WordStream.MASK1)
                            .reinterpretAsShorts();
            factor = IntVector.broadcast(Lanes.INTS, factors[from0 + at + 3]).reinterpretAsShorts();
            s00 = s00.add(w0.mul(factor));
            s01 = s01.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from1 + at + 3]).reinterpretAsShorts();
            s10 = s10.add(w0.mul(factor));
            s11 = s11.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from2 + at + 3]).reinterpretAsShorts();
            s20 = s20.add(w0.mul(factor));
            s21 = s21.add(w1.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, factors[from3 + at + 3]).reinterpretAsShorts();
            s30 = s30.add(w0.mul(factor));
            s31 = s31.add(w1.mul(factor));
            if ((run & VectorQ4Matrix.LAST_OF_GROUP) == VectorQ4Matrix.LAST_OF_GROUP) {
                s00.reinterpretAsInts().intoArray(between, 0);
                s01.reinterpretAsInts().intoArray(between, Lanes.COUNT);
                s10.reinterpretAsInts().intoArray(between, 2 * Lanes.COUNT);
                s11.reinterpretAsInts().intoArray(between, 3 * Lanes.COUNT);
                s20.reinterpretAsInts().intoArray(between, 4 * Lanes.COUNT);
                s21.reinterpretAsInts().intoArray(between, 5 * Lanes.COUNT);
                s30.reinterpretAsInts().intoArray(between, 6 * Lanes.COUNT);
                s31.reinterpretAsInts().intoArray(between, 7 * Lanes.COUNT);
                int group = run / VectorQ4Matrix.RUNS;
                long scale = (long) group * VectorQ4Matrix.SCALE_BYTES;
                addScaled(
                        between,
                        data,
                        scales0 + scale,
                        scales1 + scale,
                        groups,
                        arranged,
                        first + group,
                        floats,
                        to0,
                        to1);
                s00 = ShortVector.zero(Lanes.SHORTS);
                s01 = ShortVector.zero(Lanes.SHORTS);
                s10 = ShortVector.zero(Lanes.SHORTS);
                s11 = ShortVector.zero(Lanes.SHORTS);
                s20 = ShortVector.zero(Lanes.SHORTS);
                s21 = ShortVector.zero(Lanes.SHORTS);
                s30 = ShortVector.zero(Lanes.SHORTS);
                s31 = ShortVector.zero(Lanes.SHORTS);
            }
        }
    }

    /**
     * Adds the sums of a group, scaled, to the tokens' floats. The lower halves belong to rows from {@code to0} and {@code to1} on,
     * the upper halves to rows 16 further; all are converted 65536 times too large, for which the activations' scales make up.
     *
     * @param data of the matrix
     * @param scales0 offset of the scales of the first vector of words
     * @param scales1 of the second
     * @param step from a token's group to the same group of the next token
     * @param first the group of the first token
     * @param floats {@code TOKENS x STREAMED_ROWS}
     */
    private static void addScaled(
            int[] sums,
            MemorySegment data,
            long scales0,
            long scales1,
            int step,
            Activations arranged,
            int first,
            float[] floats,
            int to0,
            int to1) {
        MemorySegment weights = AllMemory.or(data);
        IntVector words = IntVector.fromMemorySegment(Lanes.INTS, weights, scales0, Lanes.LITTLE_ENDIAN);
        FloatVector low0 = words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        FloatVector high0 = words.and(VectorQ4Matrix.UPPER_HALF).reinterpretAsFloats();
        words = IntVector.fromMemorySegment(Lanes.INTS, weights, scales1, Lanes.LITTLE_ENDIAN);
        FloatVector low1 = words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        FloatVector high1 = words.and(VectorQ4Matrix.UPPER_HALF).reinterpretAsFloats();
        for (int token = 0; token < TOKENS; token++) {
            int from = token * (VECTORS * Lanes.COUNT);
            int at0 = to0 + token * BlockMatrix.STREAMED_ROWS;
            int at1 = to1 + token * BlockMatrix.STREAMED_ROWS;
            FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, arranged.scales[first + token * step]);
            ShortVector start = IntVector.broadcast(Lanes.INTS, arranged.integerStarts[first + token * step])
                    .reinterpretAsShorts();
            IntVector pairs = IntVector.fromArray(Lanes.INTS, sums, from)
                    .reinterpretAsShorts()
                    .add(start)
                    .reinterpretAsInts();
            ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                    .fma(low0.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, at0))
                    .intoArray(floats, at0);
            ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                    .fma(high0.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, at0 + 16))
                    .intoArray(floats, at0 + 16);
            pairs = IntVector.fromArray(Lanes.INTS, sums, from + Lanes.COUNT)
                    .reinterpretAsShorts()
                    .add(start)
                    .reinterpretAsInts();
            ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                    .fma(low1.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, at1))
                    .intoArray(floats, at1);
            ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                    .fma(high1.mul(scale), FloatVector.fromArray(Lanes.FLOATS, floats, at1 + 16))
                    .intoArray(floats, at1 + 16);
        }
    }
}
