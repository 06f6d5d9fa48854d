package io.github.glmjava.tensor;

/**
 * Activations as a matrix format's kernels want them: made once for each product, used by all workers. Each format uses
 * the arrays that it needs. Grows and is used again.
 */
final class Activations {
    /** Floats in the kernels' order. */
    float[] floats = new float[0];

    /** 8-bit integers, each in both halves of an int. */
    int[] integers = new int[0];

    /** What the integers of a group are to be multiplied with, divided by 65536. */
    float[] scales = floats;

    /** What a kernel starts a group's 16-bit sum with, in both halves of an int. */
    int[] integerStarts = integers;

    /** What a kernel starts a group's float sum with. */
    float[] starts = floats;

    /** Makes room for the starts of so many groups. */
    float[] starts(int groups) {
        if (starts.length < groups) {
            starts = new float[groups];
        }
        return starts;
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
     * @param target where the integers go
     * @param group where scale and offset go
     */
    void quantize(float[] input, int from, int count, int target, int group) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(input[i]));
        }
        float inverse = largest == 0 ? 0 : 127 / largest;
        int sum = 0;
        for (int i = 0; i < BlockLayout.GROUP; i++) {
            int value = i < count ? (int) Math.rint(input[from + i] * inverse) : 0;
            integers[target + i] = twice(value);
            sum += value;
        }
        scales[group] = largest / 127 * 0x1p-16f;
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
            integerStarts = new int[groups];
        }
    }
}
