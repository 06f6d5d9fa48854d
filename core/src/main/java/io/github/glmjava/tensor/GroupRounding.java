package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * How a group of a token's activations is rounded to integers for 4-bit weights: with a scale of its own, so that their
 * magnitudes add up to no more than {@link #REACH}. That bounds the sums of products, {@code 8 * REACH = 2888}, and lets
 * {@link PairTile} keep two of them in one float. A Gaussian reaches to about 30 that way, and one value that stands out among
 * small ones further than with 8 bits.
 */
final class GroupRounding {
    /** What the magnitudes of a group's integers add up to at most. */
    static final int REACH = 361;

    /** Adding this to a float and taking it away again rounds to the nearest integer, ties to even. */
    static final float ROUNDING = 0x1.8p23f;

    /** What the magnitudes add up to before they are rounded, which may add a half to each. */
    private static final float AIM = REACH - BlockLayout.GROUP / 2;

    /** Smaller groups become zero: their factor might overflow. */
    private static final float SMALLEST = 0x1p-100f;

    private GroupRounding() {}

    /** The sum of the magnitudes of {@code count} activations, of a group or of what there is of the last. */
    static float magnitude(float[] input, int from, int count) {
        if (count == BlockLayout.GROUP) {
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, input, from).abs();
            for (int i = Lanes.COUNT; i < BlockLayout.GROUP; i += Lanes.COUNT) {
                sum = sum.add(
                        FloatVector.fromArray(Lanes.FLOATS, input, from + i).abs());
            }
            return Lanes.sum(sum);
        }
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.abs(input[i]);
        }
        return sum;
    }

    /** What makes integers of the activations of a group; zero if none can be made and all are to be taken for zero. */
    static float factor(float magnitude) {
        return magnitude >= SMALLEST && magnitude < Float.POSITIVE_INFINITY ? AIM / magnitude : 0;
    }

    /** What the integers are to be multiplied with, divided by 65536; not a number or infinite if an activation is. */
    static float scale(float magnitude) {
        return magnitude / AIM * 0x1p-16f;
    }
}
