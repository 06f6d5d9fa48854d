package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Activations of two tokens in one float, as {@link PairTile} multiplies them: {@code 65536 (a0 + DISTANCE a1)}, rounded by
 * {@link GroupRounding}. What is not a number spoils the sums of its own token only, by its scale.
 */
final class TokenPairs {
    /** Tokens in a number. */
    static final int TOKENS = 2;

    /**
     * How much more the integers of the second token count than those of the first. Sums of products are at most {@code s = 2888}:
     * {@code s < DISTANCE / 2}, so the second can be told by rounding; and {@code s + DISTANCE s < 2^24}, so a float holds both.
     */
    static final float DISTANCE = 5808;

    /** By which all are too large, for which the scales make up: sums of {@link WordStream} come so. */
    private static final float EXCESS = 0x1p16f;

    /** What rounds to a multiple of the excess. */
    static final float ROUNDING = EXCESS * GroupRounding.ROUNDING;

    private TokenPairs() {}

    /** How many pairs so many tokens are. */
    static int count(int tokens) {
        return Math.ceilDiv(tokens, TOKENS);
    }

    /**
     * Makes a group of a pair.
     *
     * @param input {@code tokens x columns}
     * @param from the group's first column of the pair's first token
     * @param columns from token to token
     * @param tokens of the pair that are there, at least one; for the other are zeros
     * @param count elements of the group that are there; the others are zero
     * @param position which of all groups it becomes
     */
    static void make(float[] input, int from, int columns, int tokens, int count, Activations arranged, int position) {
        int to = position * BlockLayout.GROUP;
        int second = tokens > 1 ? from + columns : from;
        float[] pairs = arranged.floats;
        float factor0 = EXCESS * factor(input, from, count, arranged, position * TOKENS);
        float factor1 = EXCESS * factor(input, second, tokens > 1 ? count : 0, arranged, position * TOKENS + 1);
        if (count < BlockLayout.GROUP || factor0 == 0 || factor1 == 0) {
            for (int i = 0; i < BlockLayout.GROUP; i++) {
                pairs[to + i] = i < count
                        ? Math.fma(DISTANCE, round(input[second + i], factor1), round(input[from + i], factor0))
                        : 0;
            }
            return;
        }
        FloatVector distance = FloatVector.broadcast(Lanes.FLOATS, DISTANCE);
        for (int i = 0; i < BlockLayout.GROUP; i += Lanes.COUNT) {
            FloatVector first = FloatVector.fromArray(Lanes.FLOATS, input, from + i)
                    .mul(factor0)
                    .add(ROUNDING)
                    .sub(ROUNDING);
            FloatVector.fromArray(Lanes.FLOATS, input, second + i)
                    .mul(factor1)
                    .add(ROUNDING)
                    .sub(ROUNDING)
                    .fma(distance, first)
                    .intoArray(pairs, to + i);
        }
    }

    /** The factor of a group, whose scale is set. */
    private static float factor(float[] input, int from, int count, Activations arranged, int scale) {
        float magnitude = GroupRounding.magnitude(input, from, count);
        arranged.scales[scale] = GroupRounding.scale(magnitude);
        return GroupRounding.factor(magnitude);
    }

    private static float round(float value, float factor) {
        return factor == 0 ? 0 : value * factor + ROUNDING - ROUNDING;
    }
}
