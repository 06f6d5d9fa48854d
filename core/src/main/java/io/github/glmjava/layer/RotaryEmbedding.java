package io.github.glmjava.layer;

import java.util.Arrays;

/**
 * The angles of the rotary position embedding (Su et al. 2021) for interleaved pairs: pair i at position p turns by
 * {@code p * base^(-2i / size)}, where p is the token's index divided by the position scale. Frequencies and angles are rounded to floats as the original code rounds them
 * (modeling_chatglm.py, RotaryEmbedding.forward_impl), which matters at large positions.
 */
final class RotaryEmbedding {
    private final float[] frequencies;
    private final float positionScale;

    /**
     * @param size rotated features of a head, an even number
     * @param base base of the frequencies, with any scaling ratio already multiplied in
     * @param positionScale what positions are divided by
     */
    RotaryEmbedding(int size, double base, double positionScale) {
        this.positionScale = (float) positionScale;
        frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / size;
            frequencies[i] = 1 / (float) Math.pow((float) base, exponent);
        }
    }

    /** Rotated features of a head. */
    int size() {
        return 2 * frequencies.length;
    }

    /**
     * Fills the tables that {@link io.github.glmjava.tensor.Kernels#rotatePairs} reads, {@code tokens x size} each.
     *
     * @param firstPosition the position of the first token; the others follow
     */
    void angles(int firstPosition, int tokens, float[] cosines, float[] sines) {
        int at = 0;
        for (int position = firstPosition; position < firstPosition + tokens; position++) {
            for (float frequency : frequencies) {
                double angle = position / positionScale * frequency;
                // The JVM has one implementation for interpreted and compiled code; StrictMath's allocates.
                float cosine = (float) Math.cos(angle);
                float sine = (float) Math.sin(angle);
                Arrays.fill(cosines, at, at + 2, cosine);
                sines[at] = -sine;
                sines[at + 1] = sine;
                at += 2;
            }
        }
    }
}
