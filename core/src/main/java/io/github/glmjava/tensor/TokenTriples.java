package io.github.glmjava.tensor;

import java.util.stream.IntStream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations of three tokens in one double, as {@link TripleTile} multiplies them: rounded to 8 bits as
 * {@link Activations#quantize} does, {@code a0 + 2^16 a1 + 2^32 a2}. What is not a number becomes some 8-bit integer, so that
 * it spoils the sums of its own token only, by its scale.
 */
final class TokenTriples {
    /** Tokens in a number. */
    static final int TOKENS = 3;

    /** How far the scales of a triple are from those of the next, and with {@link TripleTile#sums} its sums. */
    static final int STEP = 4;

    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;

    /** How far the activations of a column are from those of the next, which belong to the same triples. */
    static final int COLUMN = TripleTile.TRIPLES;

    /** Where vectors put their lanes. */
    private static final int[] COLUMNS =
            IntStream.range(0, DOUBLES.length()).map(lane -> lane * COLUMN).toArray();

    /** How much more the integers of a token count than those of the one before. */
    private static final double NEXT = 0x1p16;

    private TokenTriples() {}

    /** How many triples so many tokens are. */
    static int count(int tokens) {
        return Math.ceilDiv(tokens, TOKENS);
    }

    /** Which of all groups a group of a triple is, if those of a tile's triples are adjacent. */
    static int position(int triple, int group, int groups) {
        return (triple / TripleTile.TRIPLES * groups + group) * TripleTile.TRIPLES + triple % TripleTile.TRIPLES;
    }

    /** Where the first column of the first triple of a tile lies, or in a tile that of the triple at this place. */
    static int first(int position) {
        return position / TripleTile.TRIPLES * TripleTile.TRIPLES * BlockLayout.GROUP + position % TripleTile.TRIPLES;
    }

    /**
     * Makes a group of a triple.
     *
     * @param input {@code tokens x columns}
     * @param from the group's first column of the triple's first token
     * @param columns from token to token
     * @param tokens of the triple that are there, at least one; for the others are zeros
     * @param count elements of the group that are there; the others are zero
     * @param position where the group goes: {@link #position}
     */
    static void make(float[] input, int from, int columns, int tokens, int count, Activations arranged, int position) {
        int to = first(position);
        int scale = position * STEP;
        int second = tokens > 1 ? from + columns : from;
        int third = tokens > 2 ? from + 2 * columns : from;
        float[] scales = arranged.scales;
        float inverse0 = inverse(input, from, count, scales, scale);
        float inverse1 = inverse(input, second, tokens > 1 ? count : 0, scales, scale + 1);
        float inverse2 = inverse(input, third, tokens > 2 ? count : 0, scales, scale + 2);
        double[] triples = arranged.triples;
        if (count < BlockLayout.GROUP) {
            for (int i = 0; i < count; i++) {
                triples[to + i * COLUMN] = round(input[from + i] * inverse0)
                        + NEXT * (round(input[second + i] * inverse1) + NEXT * round(input[third + i] * inverse2));
            }
            for (int i = count; i < BlockLayout.GROUP; i++) {
                triples[to + i * COLUMN] = 0;
            }
            return;
        }
        for (int i = 0; i < BlockLayout.GROUP; i += TripleTile.COUNT) {
            DoubleVector sum = rounded(input, third + i, inverse2);
            sum = sum.fma(DoubleVector.broadcast(DOUBLES, NEXT), rounded(input, second + i, inverse1));
            sum = sum.fma(DoubleVector.broadcast(DOUBLES, NEXT), rounded(input, from + i, inverse0));
            sum.intoArray(triples, to + i * COLUMN, COLUMNS, 0);
        }
    }

    /** What makes 127 of the largest magnitude of a group, whose scale is set; nothing and 0 for no elements. */
    private static float inverse(float[] input, int from, int count, float[] scales, int scale) {
        float largest = 0;
        if (count == BlockLayout.GROUP) {
            FloatVector magnitudes = FloatVector.fromArray(FLOATS, input, from).abs();
            for (int i = FLOATS.length(); i < BlockLayout.GROUP; i += FLOATS.length()) {
                magnitudes = magnitudes.max(
                        FloatVector.fromArray(FLOATS, input, from + i).abs());
            }
            largest = magnitudes.reduceLanes(VectorOperators.MAX);
        } else {
            for (int i = from; i < from + count; i++) {
                largest = Math.max(largest, Math.abs(input[i]));
            }
        }
        scales[scale] = Activations.scale(largest);
        return Activations.inverse(largest);
    }

    /** {@link #round} of some elements. Small enough to be inlined, so that the vector does not become an object. */
    private static DoubleVector rounded(float[] input, int from, float inverse) {
        return (DoubleVector) FloatVector.fromArray(FLOATS, input, from)
                .mul(inverse)
                .add(Activations.ROUNDING)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 24)
                .lanewise(VectorOperators.ASHR, 24)
                .max(-127)
                .convertShape(VectorOperators.I2D, DOUBLES, 0);
    }

    private static int round(float value) {
        return Math.max(-127, (byte) Float.floatToRawIntBits(value + Activations.ROUNDING));
    }
}
