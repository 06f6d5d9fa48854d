package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Activations of a single token as {@link VectorQ4Matrix} streams them: rounded by {@link GroupRounding}, each less 16
 * times the one before it in the same word. Made by one thread while the others wait, hence by vectors.
 */
final class WordFactors {
    /** The lane before; which one for the first of a word does not matter. */
    private static final VectorShuffle<Integer> BEFORE =
            VectorShuffle.fromOp(Lanes.INTS, lane -> Math.max(0, lane - 1));

    /** What the lane before is to be multiplied with. */
    private static final IntVector WEIGHT_BEFORE = weightBefore();

    /** What is left in the lower bits after {@link GroupRounding#ROUNDING} was added, above the integer. */
    private static final int ROUNDING_BITS = Float.floatToRawIntBits(GroupRounding.ROUNDING);

    private static final IntVector LOWER_HALF = IntVector.broadcast(Lanes.INTS, 0xffff);

    private WordFactors() {}

    private static IntVector weightBefore() {
        int[] weights = new int[Lanes.COUNT];
        Arrays.setAll(weights, lane -> lane % BlockLayout.WORD_COLUMNS == 0 ? 0 : 16);
        return IntVector.fromArray(Lanes.INTS, weights, 0);
    }

    /**
     * Makes the factors of a group of columns.
     *
     * @param count elements of the group that are there; the others are zero
     * @param target where the factors go among the integers
     * @param group where scale and start go
     */
    static void make(float[] input, int from, int count, Activations arranged, int target, int group) {
        float magnitude = GroupRounding.magnitude(input, from, count);
        float factor = GroupRounding.factor(magnitude);
        int[] integers = arranged.integers;
        int sum;
        if (factor == 0) {
            Arrays.fill(integers, target, target + BlockLayout.GROUP, 0);
            sum = 0;
        } else if (count == BlockLayout.GROUP) {
            sum = makeWhole(input, from, factor, integers, target);
        } else {
            sum = makePart(input, from, count, factor, integers, target);
        }
        arranged.scales[group] = GroupRounding.scale(magnitude);
        arranged.integerStarts[group] = twice(-8 * sum);
    }

    /** Returns the sum of the integers of a whole group. */
    private static int makeWhole(float[] input, int from, float factor, int[] integers, int target) {
        IntVector sum = IntVector.zero(Lanes.INTS);
        for (int i = 0; i < BlockLayout.GROUP; i += Lanes.COUNT) {
            IntVector rounded = FloatVector.fromArray(Lanes.FLOATS, input, from + i)
                    .mul(factor)
                    .add(GroupRounding.ROUNDING)
                    .reinterpretAsInts()
                    .sub(ROUNDING_BITS);
            sum = sum.add(rounded);
            IntVector factors = rounded.sub(rounded.rearrange(BEFORE).mul(WEIGHT_BEFORE));
            factors.lanewise(VectorOperators.LSHL, 16)
                    .or(factors.and(LOWER_HALF))
                    .intoArray(integers, target + i);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Returns the sum of the integers of the part of a group that is there. */
    private static int makePart(float[] input, int from, int count, float factor, int[] integers, int target) {
        int sum = 0;
        int before = 0;
        for (int i = 0; i < BlockLayout.GROUP; i++) {
            float value = i < count ? input[from + i] * factor : 0;
            int rounded = Float.floatToRawIntBits(value + GroupRounding.ROUNDING) - ROUNDING_BITS;
            integers[target + i] = twice(i % BlockLayout.WORD_COLUMNS == 0 ? rounded : rounded - 16 * before);
            before = rounded;
            sum += rounded;
        }
        return sum;
    }

    /** The lower half of an integer in both halves. */
    private static int twice(int value) {
        return (value << 16) | (value & 0xffff);
    }
}
