package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/**
 * The rotary position embedding (see {@link RotaryConfig}). Frequencies and angles are rounded to floats
 * as the original code rounds them (modeling_chatglm.py, RotaryEmbedding.forward_impl), which matters at large positions.
 */
final class RotaryEmbedding {
    private final RotaryConfig config;
    private final float[] frequencies;

    /** For each token {@code axes x size} factors, in the order of the features that they are for. */
    private float[] cosines = new float[0];

    /** The same; negative for the first feature of each pair. */
    private float[] sines = cosines;

    RotaryEmbedding(RotaryConfig config) {
        this.config = config;
        frequencies = new float[config.size() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / config.size();
            float frequency = 1 / (float) Math.pow((float) config.base(), exponent);
            frequencies[i] = config.halfPrecision() ? Float.float16ToFloat(Float.floatToFloat16(frequency)) : frequency;
        }
    }

    /** Makes room for this many tokens at a time. */
    void reserve(int tokens) {
        cosines = new float[tokens * config.axes() * config.size()];
        sines = new float[cosines.length];
    }

    /** Computes the angles of the token at this index of a sequence, which {@link #rotate} then knows as {@code token}. */
    void prepare(int token, TokenPositions positions, int index) {
        int table = token * config.axes() * config.size();
        for (int axis = 0; axis < config.axes(); axis++) {
            float position = positions.position(axis, index) / (float) config.positionScale();
            for (int i = 0; i < frequencies.length; i++) {
                double angle = position * frequencies[i];
                // The JVM has one implementation for interpreted and compiled code; StrictMath's allocates.
                put(table + axis * config.size(), i, (float) Math.cos(angle), (float) Math.sin(angle));
            }
        }
    }

    private void put(int table, int pair, float cosine, float sine) {
        boolean neighbours = config.pairing() == RotaryConfig.Pairing.NEIGHBOURS;
        int first = table + (neighbours ? 2 * pair : pair);
        int second = first + (neighbours ? 1 : frequencies.length);
        cosines[first] = cosine;
        cosines[second] = cosine;
        sines[first] = -sine;
        sines[second] = sine;
    }

    /** Turns the leading features of one head of one of the prepared tokens. */
    void rotate(Kernels kernels, int token, float[] values, int offset) {
        int size = config.size();
        for (int axis = 0; axis < config.axes(); axis++) {
            int table = (token * config.axes() + axis) * size;
            int at = offset + axis * size;
            switch (config.pairing()) {
                case NEIGHBOURS -> kernels.rotatePairs(values, at, cosines, sines, table, size);
                case HALVES -> kernels.rotateHalves(values, at, cosines, sines, table, size);
            }
        }
    }
}
