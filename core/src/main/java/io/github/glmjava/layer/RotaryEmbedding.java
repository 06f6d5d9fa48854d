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

    RotaryEmbedding(RotaryConfig config) {
        positionScale = (float) config.positionScale();
        frequencies = new float[config.size() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / config.size();
            frequencies[i] = 1 / (float) Math.pow((float) config.base(), exponent);
        }
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
