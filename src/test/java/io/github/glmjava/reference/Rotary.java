package io.github.glmjava.reference;

/**
 * Rotary position embedding of one head of a query or key. The elements (x_2i, x_2i+1) are a point of the plane, turned
 * by the angle p theta_i at position p, with theta_i = base^(-2i / width). Elements after the turned pairs stay as they
 * are.
 *
 * <p>Source: Su et al., "RoFormer" (2021), equations 15 and 34; pairs of neighbours and the partial width as in
 * {@code RotaryEmbedding} and {@code apply_rotary_pos_emb} of ChatGLM2's {@code modeling_chatglm.py}. That code makes one
 * frequency for every second number below the width and turns one pair a frequency, so an odd width w turns w + 1
 * elements.
 *
 * @param width the number the exponents are divided by; half the head size in ChatGLM2, ChatGLM3 and GLM-4
 * @param base 10000, times {@code rope_ratio} where a model has one
 * @param halfPrecision whether frequencies are rounded to 16-bit floats, as ChatGLM-6B's are: {@code inv_freq.half()}
 */
public record Rotary(int width, double base, boolean halfPrecision) {
    /** With exact frequencies. */
    public Rotary(int width, double base) {
        this(width, base, false);
    }

    /** The number of turned pairs. */
    public int pairs() {
        return (width + 1) / 2;
    }

    /** theta_i, the angle between two neighbouring positions for pair i, in radians. */
    public double frequency(int pair) {
        double frequency = Math.pow(base, -2.0 * pair / width);
        return halfPrecision ? Float.float16ToFloat(Float.floatToFloat16((float) frequency)) : frequency;
    }

    /**
     * A copy in which the {@code width} elements from {@code start} on are turned, of which element i is paired with element
     * {@code i + width / 2}: {@code rotate_half} of ChatGLM-6B's {@code modeling_chatglm.py} and of {@code modeling_glm4_moe.py}.
     */
    public double[] rotateHalves(double[] head, int start, int position) {
        double[] turned = head.clone();
        for (int i = 0; i < width / 2; i++) {
            double cosine = Math.cos(position * frequency(i));
            double sine = Math.sin(position * frequency(i));
            double first = head[start + i];
            double second = head[start + width / 2 + i];
            turned[start + i] = first * cosine - second * sine;
            turned[start + width / 2 + i] = second * cosine + first * sine;
        }
        return turned;
    }

    /** The head as it is seen at this position. */
    public double[] rotate(double[] head, int position) {
        double[] turned = head.clone();
        for (int i = 0; i < pairs(); i++) {
            double cosine = Math.cos(position * frequency(i));
            double sine = Math.sin(position * frequency(i));
            turned[2 * i] = head[2 * i] * cosine - head[2 * i + 1] * sine;
            turned[2 * i + 1] = head[2 * i + 1] * cosine + head[2 * i] * sine;
        }
        return turned;
    }
}
