package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights times activations that are rounded to 8 bits with a scale for every 32 columns of a token. The products
 * of a group are added in 16-bit integers, exactly, then scaled and added to the row's float group after group. This class
 * streams words; how the panels of many tokens are multiplied depends on the processor: {@link ShortQ4Matrix},
 * {@link TripleQ4Matrix}.
 */
abstract class VectorQ4Matrix extends BlockMatrix {
    /** Bytes of the words of four columns of a block. */
    static final int RUN = 2 * BlockLayout.Q4_ROWS;

    /** Words of a row in a group. */
    static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;

    /** Bytes of the scales of a group of a block. */
    static final int SCALE_BYTES = 2 * BlockLayout.Q4_ROWS;

    /** What the number of a group's last word ends with. */
    static final int LAST_OF_GROUP = RUNS - 1;

    /** Words of 32 bits in a line of 64 bytes, the same columns of all rows of a block. */
    private static final int LINE_WORDS = 16;

    /** A vector and not a number, which every operation would broadcast. */
    static final IntVector UPPER_HALF = IntVector.broadcast(Lanes.INTS, 0xffff0000);

    /** What is left of both words after a shift of both as one. */
    static final IntVector MASK1 = IntVector.broadcast(Lanes.INTS, 0x0fff0fff);

    private static final IntVector MASK2 = IntVector.broadcast(Lanes.INTS, 0x00ff00ff);
    private static final IntVector MASK3 = IntVector.broadcast(Lanes.INTS, 0x000f000f);

    /** Measured at 256 and 512 bits. */
    static final int PANEL_GROUPS = 2;

    /**
     * @param tiledTokens from so many tokens on they are multiplied in tiles
     * @param tileTokens tokens of a tile
     */
    VectorQ4Matrix(MemorySegment data, int rows, int columns, int tiledTokens, int tileTokens) {
        super(MatrixFormat.Q4, data, rows, columns, tiledTokens, tileTokens, PANEL_GROUPS);
    }

    /** The matrix with the tiles that suit this processor. */
    static VectorQ4Matrix of(MemorySegment data, int rows, int columns) {
        return Lanes.MANY_REGISTERS && Processor.INTEL
                ? new TripleQ4Matrix(data, rows, columns)
                : new ShortQ4Matrix(data, rows, columns);
    }

    /** Makes room for the activations of so many tokens in tiles. */
    abstract void reserveTiles(int tokens, Activations arranged);

    /** Arranges tokens for tiles. */
    abstract void arrangeTiles(float[] input, int tokens, Activations arranged, int from, int to);

    @Override
    final void reserve(int tokens, Activations arranged) {
        if (isTiled(tokens)) {
            reserveTiles(tokens, arranged);
        } else {
            int groups = Math.multiplyExact(tokens, layout().groups());
            arranged.integers(Math.multiplyExact(groups, BlockLayout.GROUP), groups);
        }
    }

    @Override
    final void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        if (isTiled(tokens)) {
            arrangeTiles(input, tokens, arranged, from, to);
            return;
        }
        int groups = layout().groups();
        for (int token = from; token < to; token++) {
            for (int group = 0; group < groups; group++) {
                int first = token * columns() + group * BlockLayout.GROUP;
                int position = token * groups + group;
                WordFactors.make(input, first, present(group), arranged, position * BlockLayout.GROUP, position);
            }
        }
    }

    /** How many columns of a group there are. */
    final int present(int group) {
        return Math.min(BlockLayout.GROUP, columns() - group * BlockLayout.GROUP);
    }

    @Override
    final int streamedTogether(int left) {
        return left < WordTile.TOKENS ? 1 : WordTile.TOKENS;
    }

    @Override
    final void stream(int row, Activations arranged, int token, int count, float[] sums, WorkerScratch scratch) {
        Arrays.fill(sums, 0, count * STREAMED_ROWS, 0);
        int from = token * layout().groups();
        int vectors = STREAMED_ROWS / 2 / Lanes.COUNT;
        if (count == 1) {
            for (int vector = 0; vector < vectors; vector += 4) {
                streamRows(row, vector, arranged, from, sums);
            }
        } else {
            int[] between = scratch.ints(WordTile.SUMS);
            for (int vector = 0; vector < vectors; vector += WordTile.VECTORS) {
                WordTile.multiply(
                        memory(),
                        elementOffset(row, vector),
                        elementOffset(row, vector + 1),
                        scaleOffset(row, vector),
                        scaleOffset(row, vector + 1),
                        layout().groups(),
                        arranged,
                        token,
                        sums,
                        firstRow(vector),
                        firstRow(vector + 1),
                        between);
            }
        }
    }

    /**
     * Four vectors of words, each with rows of the first half of a block below and rows of the second half above. Nothing
     * but the Vector API is called, for the reason that {@link PanelTile} gives.
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
    private void streamRows(int row, int vector, Activations arranged, int firstGroup, float[] sums) {
        MemorySegment weights = memory();
        long offset0 = elementOffset(row, vector);
        long offset1 = elementOffset(row, vector + 1);
        long offset2 = elementOffset(row, vector + 2);
        long offset3 = elementOffset(row, vector + 3);
        long scales0 = scaleOffset(row, vector);
        long scales1 = scaleOffset(row, vector + 1);
        long scales2 = scaleOffset(row, vector + 2);
        long scales3 = scaleOffset(row, vector + 3);
        int at0 = firstRow(vector);
        int at1 = firstRow(vector + 1);
        int at2 = firstRow(vector + 2);
        int at3 = firstRow(vector + 3);
        int[] x = arranged.integers;
        int[] starts = arranged.integerStarts;
        float[] activationScales = arranged.scales;
        int from = firstGroup * BlockLayout.GROUP;
        int runs = layout().groups() * RUNS;
        // Not constants of the class, which the compiler would load and mask in every step.
        ShortVector shift1 = ShortVector.broadcast(ShortTile.SHORTS, 4);
        ShortVector shift2 = ShortVector.broadcast(ShortTile.SHORTS, 8);
        ShortVector shift3 = ShortVector.broadcast(ShortTile.SHORTS, 12);
        ShortVector sum0 = ShortVector.zero(ShortTile.SHORTS);
        ShortVector sum1 = sum0;
        ShortVector sum2 = sum0;
        ShortVector sum3 = sum0;
        for (int run = 0; run < runs; run++) {
            long word = (long) run * RUN;
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
            if ((run & LAST_OF_GROUP) == LAST_OF_GROUP) {
                int group = firstGroup + run / RUNS;
                long scaleWord = (long) (run / RUNS) * SCALE_BYTES;
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
                ((FloatVector) pairs.and(UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats().mul(scale),
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
                ((FloatVector) pairs.and(UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats().mul(scale),
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
                ((FloatVector) pairs.and(UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats().mul(scale),
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
                ((FloatVector) pairs.and(UPPER_HALF).convert(VectorOperators.I2F, 0))
                        .fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats().mul(scale),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at3 + 16))
                        .intoArray(sums, at3 + 16);
                sum0 = ShortVector.zero(ShortTile.SHORTS);
                sum1 = sum0;
                sum2 = sum0;
                sum3 = sum0;
            }
        }
    }

    @Override
    final int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS;
    }

    /**
     * Unpacks the scales of a vector of words, the lower halves to {@code target} and the upper ones, rows of the second
     * half of a block, as much further; those of the next group are {@code PANEL_ROWS} further.
     */
    final void unpackScales(long offset, int groups, float[] floats, int target) {
        for (int group = 0; group < groups; group++) {
            int to = target + group * PANEL_ROWS;
            IntVector scales = IntVector.fromMemorySegment(
                    Lanes.INTS, memory(), offset + (long) group * SCALE_BYTES, Lanes.LITTLE_ENDIAN);
            scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(floats, to);
            scales.and(UPPER_HALF).reinterpretAsFloats().intoArray(floats, to + BlockLayout.Q4_ROWS / 2);
        }
    }

    /** Where in memory the elements of a vector of words begin, counted from those of the blocks from {@code row} on. */
    private long elementOffset(int row, int vector) {
        return start() + layout().elementOffset(block(row, vector), 0) + 4L * (vector * Lanes.COUNT % LINE_WORDS);
    }

    /** Where in memory the scales of a vector of words begin. */
    private long scaleOffset(int row, int vector) {
        return start() + layout().scaleOffset(block(row, vector), 0) + 4L * (vector * Lanes.COUNT % LINE_WORDS);
    }

    /** A row of the block in which a vector of words lies. */
    private int block(int row, int vector) {
        return inBlock(row + vector * Lanes.COUNT / LINE_WORDS * BlockLayout.Q4_ROWS, row);
    }

    /** The first of the rows of a vector of words, counted from the vectors' first. */
    static int firstRow(int vector) {
        int lane = vector * Lanes.COUNT;
        return lane / LINE_WORDS * BlockLayout.Q4_ROWS + lane % LINE_WORDS;
    }
}
