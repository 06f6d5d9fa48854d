package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Activations of a single token as {@link VectorQ4Matrix} streams them: rounded to 8 bits as {@link Activations#quantize}
 * does, each less 16 times the one before it in the same word. Made by one thread while the others wait, hence by vectors.
 */
final class WordFactors {
    /** The lane before; which one for the first of a word does not matter. */
    private static final VectorShuffle<Integer> BEFORE =
            VectorShuffle.fromOp(Lanes.INTS, lane -> Math.max(0, lane - 1));

    /** What the lane before is to be multiplied with. */
    private static final IntVector WEIGHT_BEFORE = weightBefore();

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
        if (count == BlockLayout.GROUP) {
            makeWhole(input, from, arranged, target, group);
            return;
        }
        arranged.quantize(input, from, count, target, 1, group);
        int[] integers = arranged.integers;
        for (int i = target + BlockLayout.GROUP - 1; i > target; i--) {
            if ((i - target) % BlockLayout.WORD_COLUMNS > 0) {
                integers[i] = Activations.twice((short) integers[i] - 16 * (short) integers[i - 1]);
            }
        }
    }

    private static void makeWhole(float[] input, int from, Activations arranged, int target, int group) {
        FloatVector magnitudes =
                FloatVector.fromArray(Lanes.FLOATS, input, from).abs();
        for (int i = Lanes.COUNT; i < BlockLayout.GROUP; i += Lanes.COUNT) {
            magnitudes = magnitudes.max(
                    FloatVector.fromArray(Lanes.FLOATS, input, from + i).abs());
        }
        float largest = magnitudes.reduceLanes(VectorOperators.MAX);
        float inverse = Activations.inverse(largest);
        int[] integers = arranged.integers;
        IntVector sum = IntVector.zero(Lanes.INTS);
        for (int i = 0; i < BlockLayout.GROUP; i += Lanes.COUNT) {
            IntVector rounded = FloatVector.fromArray(Lanes.FLOATS, input, from + i)
                    .mul(inverse)
                    .add(Activations.ROUNDING)
                    .reinterpretAsInts()
                    .sub(Activations.ROUNDING_BITS);
            sum = sum.add(rounded);
            IntVector factors = rounded.sub(rounded.rearrange(BEFORE).mul(WEIGHT_BEFORE));
            factors.lanewise(VectorOperators.LSHL, 16)
                    .or(factors.and(LOWER_HALF))
                    .intoArray(integers, target + i);
        }
        arranged.scaleGroup(group, largest, sum.reduceLanes(VectorOperators.ADD));
    }
}
