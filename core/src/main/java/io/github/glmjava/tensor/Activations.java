package io.github.glmjava.tensor;

/**
 * Activations as a matrix format's kernels want them: made once for each product, used by all workers. Each format uses
 * the arrays that it needs. Grows and is used again.
 */
final class Activations {
    /** Adding this leaves a float's nearest integer in its lower bits, above {@link #ROUNDING_BITS}. */
    static final float ROUNDING = 0x1.8p23f;

    static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);

    /** Floats in the kernels' order. */
    float[] floats = new float[0];

    /** 8-bit integers, each in both halves of an int. */
    int[] integers = new int[0];

    /** What the integers of a group are to be multiplied with, divided by 65536. */
    float[] scales = floats;

    /** 8-bit integers of three tokens each: {@link TokenTriples}. */
    double[] triples = new double[0];

    /** What a kernel starts a group's 16-bit sum with, in both halves of an int. */
    int[] integerStarts = integers;

    /** So many tokens, rounded up to whole tiles of {@code tileTokens}. */
    static int tiled(int tokens, int tileTokens) {
        return Math.ceilDiv(tokens, tileTokens) * tileTokens;
    }

    /**
     * Where a token's activation of a column lies, if those of one column are adjacent for {@code tileTokens} tokens; the next
     * column is as much further.
     */
    static int interleaved(int token, int column, int columns, int tileTokens) {
        return (token / tileTokens * columns + column) * tileTokens + token % tileTokens;
    }

    /** Makes room for so many floats. */
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }

    /**
     * Rounds a group to 8-bit integers and a scale, the largest magnitude becoming 127.
     *
     * @param count elements of the group that are there; the others are zero
     * @param target where the integers go, {@code step} apart
     * @param group where scale and start go
     */
    void quantize(float[] input, int from, int count, int target, int step, int group) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(input[i]));
        }
        float inverse = inverse(largest);
        int sum = 0;
        int at = target;
        for (int i = 0; i < BlockLayout.GROUP; i++) {
            float value = i < count ? input[from + i] * inverse : 0;
            // Adding 1.5 * 2^23 rounds to the nearest integer, ties to even, and leaves it in the lower bits.
            int rounded = Float.floatToRawIntBits(value + ROUNDING) - ROUNDING_BITS;
            integers[at] = twice(rounded);
            at += step;
            sum += rounded;
        }
        scaleGroup(group, largest, sum);
    }

    /** What makes 127 of the largest magnitude of a group. */
    static float inverse(float largest) {
        return largest == 0 ? 0 : 127 / largest;
    }

    /** The scale of a group whose largest magnitude became 127. */
    static float scale(float largest) {
        return largest / 127 * 0x1p-16f;
    }

    /** Sets the scale and the start of a group whose largest magnitude became 127 and whose integers add up to {@code sum}. */
    void scaleGroup(int group, float largest, int sum) {
        scales[group] = scale(largest);
        integerStarts[group] = twice(-8 * sum);
    }

    /** The lower half of an integer in both halves. */
    static int twice(int value) {
        return (value << 16) | (value & 0xffff);
    }

    /** Makes room for so many integers in so many groups. */
    void integers(int count, int groups) {
        if (integers.length < count) {
            integers = new int[count];
        }
        if (scales.length < groups) {
            scales = new float[groups];
        }
        if (integerStarts.length < groups) {
            integerStarts = new int[groups];
        }
    }

    /** Makes room for so many groups of triples. */
    void triples(int groups) {
        int count = Math.multiplyExact(groups, BlockLayout.GROUP);
        if (triples.length < count) {
            triples = new double[count];
        }
        if (scales.length < groups * TokenTriples.STEP) {
            scales = new float[groups * TokenTriples.STEP];
        }
    }
}
