package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights as they are stored times one token, rounded by {@link GroupRounding}. Four vectors of words, each with rows of the
 * first half of a block below and rows of the second half above. Nothing but the Vector API is called, for the reason that {@link
 * PanelTile} gives.
 *
 * <p>One loop goes through the words of all groups: around an inner loop for each group the compiler would check the
 * bounds of every segment access anew, which takes as long as the arithmetic. A group's sums are scaled and added in
 * memory: in registers they would drive out those of the loop.
 *
 * <p>Four columns are not taken apart but multiplied by differences, in 16 bits where what overflows does not matter: of a word
 * {@code w = n0 + 16 n1 + 256 n2 + 4096 n3} is {@code n0 x0 + n1 x1 + n2 x2 + n3 x3 = w x0 + (w >> 4)(x1 - 16 x0) +
 * (w >> 8)(x2 - 16 x1) + (w >> 12)(x3 - 16 x2)}. Where words cannot be shifted each by itself, which takes AVX-512, two
 * are shifted as one, and what comes from the other is masked.
 */
final class WordStream {
    /** Vectors of words that are streamed together. */
    static final int VECTORS = 4;

    static final ShortCalls SHORT_CALLS = new ShortCalls();

    /** What is left of both words after a shift of both as one. */
    private static final IntVector MASK1 = IntVector.broadcast(Lanes.INTS, 0x0fff0fff);

    private static final IntVector MASK2 = IntVector.broadcast(Lanes.INTS, 0x00ff00ff);
    private static final IntVector MASK3 = IntVector.broadcast(Lanes.INTS, 0x000f000f);

    private WordStream() {}

    /**
     * Multiplies four vectors of words.
     *
     * @param data of the matrix
     * @param offset0 of the words of the first vector, as the next of the others
     * @param scales0 of the scales of the first vector, as the next of the others
     * @param groups of columns in all
     * @param begin the first of those that are multiplied
     * @param count how many are
     * @param arranged factors of {@link WordFactors}, token after token
     * @param sums of rows, to which the products are added
     * @param at0 the first row of the lower halves of the first vector; 16 further is that of the upper halves
     */
    static void multiply(
            MemorySegment data,
            long offset0,
            long offset1,
            long offset2,
            long offset3,
            long scales0,
            long scales1,
            long scales2,
            long scales3,
            int groups,
            int begin,
            int count,
            Activations arranged,
            int token,
            float[] sums,
            int at0,
            int at1,
            int at2,
            int at3) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        int[] x = arranged.integers;
        int[] starts = arranged.integerStarts;
        float[] activationScales = arranged.scales;
        int firstGroup = token * groups + begin;
        int from = firstGroup * BlockLayout.GROUP;
        int runs = count * VectorQ4Matrix.RUNS;
        // Not constants of the class, which the compiler would load and mask in every step.
        ShortVector shift1 = ShortVector.broadcast(Lanes.SHORTS, 4);
        ShortVector shift2 = ShortVector.broadcast(Lanes.SHORTS, 8);
        ShortVector shift3 = ShortVector.broadcast(Lanes.SHORTS, 12);
        ShortVector sum0 = ShortVector.zero(Lanes.SHORTS);
        ShortVector sum1 = sum0;
        ShortVector sum2 = sum0;
        ShortVector sum3 = sum0;
        for (int run = 0; run < runs; run++) {
            long word = (long) run * VectorQ4Matrix.RUN;
            int column = from + run * BlockLayout.WORD_COLUMNS;
            ShortVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset0 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset1 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector w2 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset2 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector w3 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset3 + word, Lanes.LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            ShortVector factor = IntVector.broadcast(Lanes.INTS, x[column]).reinterpretAsShorts();
            sum0 = sum0.add(w0.mul(factor));
            sum1 = sum1.add(w1.mul(factor));
            sum2 = sum2.add(w2.mul(factor));
            sum3 = sum3.add(w3.mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, x[column + 1]).reinterpretAsShorts();
            sum0 = sum0.add((Lanes.MANY_REGISTERS
                            ? w0.lanewise(VectorOperators.LSHR, shift1)
                            : w0.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 4)
                                    .and(MASK1)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum1 = sum1.add((Lanes.MANY_REGISTERS
                            ? w1.lanewise(VectorOperators.LSHR, shift1)
                            : w1.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 4)
                                    .and(MASK1)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum2 = sum2.add((Lanes.MANY_REGISTERS
                            ? w2.lanewise(VectorOperators.LSHR, shift1)
                            : w2.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 4)
                                    .and(MASK1)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum3 = sum3.add((Lanes.MANY_REGISTERS
                            ? w3.lanewise(VectorOperators.LSHR, shift1)
                            : w3.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 4)
                                    .and(MASK1)
                                    .reinterpretAsShorts())
                    .mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, x[column + 2]).reinterpretAsShorts();
            sum0 = sum0.add((Lanes.MANY_REGISTERS
                            ? w0.lanewise(VectorOperators.LSHR, shift2)
                            : w0.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 8)
                                    .and(MASK2)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum1 = sum1.add((Lanes.MANY_REGISTERS
                            ? w1.lanewise(VectorOperators.LSHR, shift2)
                            : w1.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 8)
                                    .and(MASK2)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum2 = sum2.add((Lanes.MANY_REGISTERS
                            ? w2.lanewise(VectorOperators.LSHR, shift2)
                            : w2.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 8)
                                    .and(MASK2)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum3 = sum3.add((Lanes.MANY_REGISTERS
                            ? w3.lanewise(VectorOperators.LSHR, shift2)
                            : w3.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 8)
                                    .and(MASK2)
                                    .reinterpretAsShorts())
                    .mul(factor));
            factor = IntVector.broadcast(Lanes.INTS, x[column + 3]).reinterpretAsShorts();
            sum0 = sum0.add((Lanes.MANY_REGISTERS
                            ? w0.lanewise(VectorOperators.LSHR, shift3)
                            : w0.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 12)
                                    .and(MASK3)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum1 = sum1.add((Lanes.MANY_REGISTERS
                            ? w1.lanewise(VectorOperators.LSHR, shift3)
                            : w1.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 12)
                                    .and(MASK3)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum2 = sum2.add((Lanes.MANY_REGISTERS
                            ? w2.lanewise(VectorOperators.LSHR, shift3)
                            : w2.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 12)
                                    .and(MASK3)
                                    .reinterpretAsShorts())
                    .mul(factor));
            sum3 = sum3.add((Lanes.MANY_REGISTERS
                            ? w3.lanewise(VectorOperators.LSHR, shift3)
                            : w3.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 12)
                                    .and(MASK3)
                                    .reinterpretAsShorts())
                    .mul(factor));
            if ((run & VectorQ4Matrix.LAST_OF_GROUP) == VectorQ4Matrix.LAST_OF_GROUP) {
                int group = firstGroup + run / VectorQ4Matrix.RUNS;
                long scaleWord = (long) (run / VectorQ4Matrix.RUNS) * VectorQ4Matrix.SCALE_BYTES;
                ShortVector start =
                        IntVector.broadcast(Lanes.INTS, starts[group]).reinterpretAsShorts();
                sum0 = sum0.add(start);
                sum1 = sum1.add(start);
                sum2 = sum2.add(start);
                sum3 = sum3.add(start);
                FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, activationScales[group]);
                IntVector scales =
                        IntVector.fromMemorySegment(Lanes.INTS, weights, scales0 + scaleWord, Lanes.LITTLE_ENDIAN);
                IntVector pairs = sum0.reinterpretAsInts();
                ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.lanewise(VectorOperators.LSHL, 16)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at0))
                        .intoArray(sums, at0);
                ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(VectorQ4Matrix.UPPER_HALF)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at0 + 16))
                        .intoArray(sums, at0 + 16);
                scales = IntVector.fromMemorySegment(Lanes.INTS, weights, scales1 + scaleWord, Lanes.LITTLE_ENDIAN);
                pairs = sum1.reinterpretAsInts();
                ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.lanewise(VectorOperators.LSHL, 16)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at1))
                        .intoArray(sums, at1);
                ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(VectorQ4Matrix.UPPER_HALF)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at1 + 16))
                        .intoArray(sums, at1 + 16);
                scales = IntVector.fromMemorySegment(Lanes.INTS, weights, scales2 + scaleWord, Lanes.LITTLE_ENDIAN);
                pairs = sum2.reinterpretAsInts();
                ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.lanewise(VectorOperators.LSHL, 16)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2))
                        .intoArray(sums, at2);
                ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(VectorQ4Matrix.UPPER_HALF)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2 + 16))
                        .intoArray(sums, at2 + 16);
                scales = IntVector.fromMemorySegment(Lanes.INTS, weights, scales3 + scaleWord, Lanes.LITTLE_ENDIAN);
                pairs = sum3.reinterpretAsInts();
                ((FloatVector) pairs.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.lanewise(VectorOperators.LSHL, 16)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at3))
                        .intoArray(sums, at3);
                ((FloatVector) pairs.and(VectorQ4Matrix.UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(VectorQ4Matrix.UPPER_HALF)
                                        .reinterpretAsFloats()
                                        .mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at3 + 16))
                        .intoArray(sums, at3 + 16);
                sum0 = ShortVector.zero(Lanes.SHORTS);
                sum1 = sum0;
                sum2 = sum0;
                sum3 = sum0;
            }
        }
    }
}
