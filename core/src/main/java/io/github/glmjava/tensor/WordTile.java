package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights as they are stored times a few tokens, two in one number as in {@link PairTile}: each word is read once and its
 * columns are made floats once for all tokens. For the shape of the loops see {@link PanelTile}.
 *
 * <p>A vector of words has rows of the first half of a block below and rows of the second half above. Two of them times 2 pairs
 * keep 8 sums in 16 registers; what 32 are good for is in {@link LargeWordTile} and {@link WideWordTile}.
 *
 * <p>Columns are masked where they lie in their words, not shifted: a column's weights are as many powers of 16 too large and the
 * activations too small. They are 8 too large, too, for which a group's sums make up that do not start at zero ({@link WordPairs}). On
 * the way a sum is never larger than the bound that {@link TokenPairs#DISTANCE} rests on: 8 times the magnitudes of the activations.
 */
final class WordTile {
    /** Vectors of words that {@link #multiply} takes. */
    static final int VECTORS = 2;

    private static final int PAIRS = 2;

    /** Tokens of the largest tile that there are registers for. */
    static final int TOKENS = (Lanes.MANY_REGISTERS ? WideWordTile.PAIRS : PAIRS) * TokenPairs.TOKENS;

    /** Space for the sums of a tile. */
    static final int SUMS = TOKENS * 2 * Lanes.COUNT;

    /** How far the upper halves of words are from the lower ones, in rows. */
    private static final int HALF = BlockLayout.Q4_ROWS / 2;

    /** The bits of a word's columns. */
    static final IntVector COLUMN0 = IntVector.broadcast(Lanes.INTS, 15);

    static final IntVector COLUMN1 = IntVector.broadcast(Lanes.INTS, 15 << 4);
    static final IntVector COLUMN2 = IntVector.broadcast(Lanes.INTS, 15 << 8);
    static final IntVector COLUMN3 = IntVector.broadcast(Lanes.INTS, 15 << 12);

    private static final ShortCalls SHORT_CALLS = new ShortCalls();

    private WordTile() {}

    /** Those of the tile for so many tokens. */
    static ShortCalls shortCalls(int tokens) {
        if (tokens <= PAIRS * TokenPairs.TOKENS) {
            return SHORT_CALLS;
        }
        return tokens <= LargeWordTile.PAIRS * TokenPairs.TOKENS ? LargeWordTile.SHORT_CALLS : WideWordTile.SHORT_CALLS;
    }

    /**
     * Multiplies two vectors of words.
     *
     * @param data of the matrix
     * @param offset0 of the words of the first vector
     * @param offset1 of those of the second
     * @param scales0 of the scales of the first vector
     * @param scales1 of those of the second
     * @param groups of columns in all
     * @param begin the first of those that are multiplied
     * @param count how many are
     * @param arranged pairs of {@link WordPairs}, one after the other
     * @param pair the first
     * @param tokens how many, at most {@link #TOKENS}; more may be multiplied in vain
     * @param a {@code TOKENS x STREAMED_ROWS} sums of rows, to which the products are added; from {@code between} on space for {@link #SUMS}
     * @param to0 the first row of the first vector
     * @param to1 of the second
     */
    static void multiply(
            MemorySegment data,
            long offset0,
            long offset1,
            long scales0,
            long scales1,
            int groups,
            int begin,
            int count,
            Activations arranged,
            int pair,
            int tokens,
            float[] a,
            int to0,
            int to1,
            int between) {
        if (tokens <= PAIRS * TokenPairs.TOKENS) {
            tile(data, offset0, offset1, scales0, scales1, groups, begin, count, arranged, pair, a, to0, to1, between);
        } else if (tokens <= LargeWordTile.PAIRS * TokenPairs.TOKENS) {
            LargeWordTile.multiply(
                    data, offset0, offset1, scales0, scales1, groups, begin, count, arranged, pair, a, to0, to1,
                    between);
        } else {
            WideWordTile.multiply(data, offset0, scales0, groups, begin, count, arranged, pair, a, to0, between);
            WideWordTile.multiply(data, offset1, scales1, groups, begin, count, arranged, pair, a, to1, between);
        }
    }

    /** Two vectors of words and 2 pairs. */
    private static void tile(
            MemorySegment data,
            long offset0,
            long offset1,
            long scaleWords0,
            long scaleWords1,
            int groups,
            int begin,
            int count,
            Activations arranged,
            int pair,
            float[] a,
            int to0,
            int to1,
            int between) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        float[] x = arranged.floats;
        float[] starts = arranged.starts;
        int step = groups * BlockLayout.GROUP;
        int from0 = pair * step + begin * BlockLayout.GROUP;
        int from1 = from0 + step;
        int start0 = pair * groups + begin;
        int start1 = start0 + groups;
        FloatVector low00 = FloatVector.broadcast(Lanes.FLOATS, starts[start0]);
        FloatVector high00 = low00;
        FloatVector low01 = low00;
        FloatVector high01 = low00;
        FloatVector low10 = FloatVector.broadcast(Lanes.FLOATS, starts[start1]);
        FloatVector high10 = low10;
        FloatVector low11 = low10;
        FloatVector high11 = low10;
        for (int run = 0; run < count * VectorQ4Matrix.RUNS; run++) {
            long word = (long) run * VectorQ4Matrix.RUN;
            int at = run * BlockLayout.WORD_COLUMNS;
            IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset0 + word, Lanes.LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset1 + word, Lanes.LITTLE_ENDIAN);
            IntVector upper0 = w0.lanewise(VectorOperators.LSHR, 16);
            IntVector upper1 = w1.lanewise(VectorOperators.LSHR, 16);
            FloatVector pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at]);
            FloatVector pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at]);
            FloatVector w = (FloatVector) w0.and(COLUMN0).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            w = (FloatVector) upper0.and(COLUMN0).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            w = (FloatVector) w1.and(COLUMN0).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            w = (FloatVector) upper1.and(COLUMN0).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 1]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 1]);
            w = (FloatVector) w0.and(COLUMN1).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            w = (FloatVector) upper0.and(COLUMN1).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            w = (FloatVector) w1.and(COLUMN1).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            w = (FloatVector) upper1.and(COLUMN1).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 2]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 2]);
            w = (FloatVector) w0.and(COLUMN2).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            w = (FloatVector) upper0.and(COLUMN2).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            w = (FloatVector) w1.and(COLUMN2).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            w = (FloatVector) upper1.and(COLUMN2).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 3]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 3]);
            w = (FloatVector) w0.and(COLUMN3).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            w = (FloatVector) upper0.and(COLUMN3).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            w = (FloatVector) w1.and(COLUMN3).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            w = (FloatVector) upper1.and(COLUMN3).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            if ((run & VectorQ4Matrix.LAST_OF_GROUP) == VectorQ4Matrix.LAST_OF_GROUP) {
                low00.intoArray(a, between);
                high00.intoArray(a, between + Lanes.COUNT);
                low10.intoArray(a, between + 2 * Lanes.COUNT);
                high10.intoArray(a, between + 3 * Lanes.COUNT);
                low01.intoArray(a, between + 4 * Lanes.COUNT);
                high01.intoArray(a, between + 5 * Lanes.COUNT);
                low11.intoArray(a, between + 6 * Lanes.COUNT);
                high11.intoArray(a, between + 7 * Lanes.COUNT);
                int group = run / VectorQ4Matrix.RUNS;
                long scaleWord = (long) group * VectorQ4Matrix.SCALE_BYTES;
                int scale = (start0 + group) * TokenPairs.TOKENS;
                addScaled(
                        a,
                        between,
                        PAIRS,
                        data,
                        scaleWords0 + scaleWord,
                        arranged.scales,
                        scale,
                        groups * TokenPairs.TOKENS,
                        to0);
                addScaled(
                        a,
                        between + 2 * PAIRS * Lanes.COUNT,
                        PAIRS,
                        data,
                        scaleWords1 + scaleWord,
                        arranged.scales,
                        scale,
                        groups * TokenPairs.TOKENS,
                        to1);
                int next = group + 1;
                low00 = FloatVector.broadcast(Lanes.FLOATS, starts[start0 + next]);
                high00 = low00;
                low01 = low00;
                high01 = low00;
                low10 = FloatVector.broadcast(Lanes.FLOATS, starts[start1 + next]);
                high10 = low10;
                low11 = low10;
                high11 = low10;
            }
        }
    }

    /**
     * Takes the sums of a group and a vector of words apart as {@link PairSums} does, and adds them, scaled, to the tokens' floats.
     *
     * @param between where the sums begin
     * @param data of the matrix
     * @param scales offset of the scales of the vector of words
     * @param scale where the scales of the first pair are, and those of the next {@code step} further
     */
    static void addScaled(
            float[] a,
            int between,
            int pairs,
            MemorySegment data,
            long scales,
            float[] activationScales,
            int scale,
            int step,
            int to) {
        FloatVector rounding = FloatVector.broadcast(Lanes.FLOATS, TokenPairs.ROUNDING);
        FloatVector inverse = FloatVector.broadcast(Lanes.FLOATS, 1 / TokenPairs.DISTANCE);
        FloatVector distance = FloatVector.broadcast(Lanes.FLOATS, -TokenPairs.DISTANCE);
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        IntVector words = IntVector.fromMemorySegment(Lanes.INTS, weights, scales, Lanes.LITTLE_ENDIAN);
        FloatVector low = words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        FloatVector high = words.and(VectorQ4Matrix.UPPER_HALF).reinterpretAsFloats();
        for (int i = 0; i < pairs; i++) {
            int from = between + i * (2 * Lanes.COUNT);
            int at = to + i * (TokenPairs.TOKENS * BlockMatrix.STREAMED_ROWS);
            FloatVector x0 = FloatVector.broadcast(Lanes.FLOATS, activationScales[scale + i * step]);
            FloatVector x1 = FloatVector.broadcast(Lanes.FLOATS, activationScales[scale + i * step + 1]);
            FloatVector both = FloatVector.fromArray(Lanes.FLOATS, a, from);
            FloatVector second = both.fma(inverse, rounding).sub(rounding);
            second.fma(distance, both)
                    .fma(low.mul(x0), FloatVector.fromArray(Lanes.FLOATS, a, at))
                    .intoArray(a, at);
            second.fma(low.mul(x1), FloatVector.fromArray(Lanes.FLOATS, a, at + BlockMatrix.STREAMED_ROWS))
                    .intoArray(a, at + BlockMatrix.STREAMED_ROWS);
            both = FloatVector.fromArray(Lanes.FLOATS, a, from + Lanes.COUNT);
            second = both.fma(inverse, rounding).sub(rounding);
            second.fma(distance, both)
                    .fma(high.mul(x0), FloatVector.fromArray(Lanes.FLOATS, a, at + HALF))
                    .intoArray(a, at + HALF);
            second.fma(high.mul(x1), FloatVector.fromArray(Lanes.FLOATS, a, at + HALF + BlockMatrix.STREAMED_ROWS))
                    .intoArray(a, at + HALF + BlockMatrix.STREAMED_ROWS);
        }
    }
}
