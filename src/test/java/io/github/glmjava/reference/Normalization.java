package io.github.glmjava.reference;

import java.util.Arrays;

/** Norms of one token's hidden state. */
public final class Normalization {
    private Normalization() {}

    /**
     * Layer normalisation: y_i = g_i (x_i - mean(x)) / sqrt(variance(x) + epsilon) + b_i.
     *
     * <p>Source: Ba et al., "Layer Normalization" (2016), equation 4; epsilon as in PyTorch's {@code nn.LayerNorm}.
     */
    public static double[] layerNorm(double[] x, double[] gain, double[] bias, double epsilon) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = gain[i] * (x[i] - mean) / Math.sqrt(variance + epsilon) + bias[i];
        }
        return y;
    }

    /**
     * Root mean square layer normalisation: y_i = g_i x_i / sqrt(mean(x^2) + epsilon).
     *
     * <p>Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), equation 4; epsilon stands inside the
     * root as in {@code RMSNorm.forward} of ChatGLM2's {@code modeling_chatglm.py}.
     */
    public static double[] rmsNorm(double[] x, double[] gain, double epsilon) {
        double sumOfSquares = 0;
        for (double value : x) {
            sumOfSquares += value * value;
        }
        double rootMeanSquare = Math.sqrt(sumOfSquares / x.length + epsilon);

        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = gain[i] * x[i] / rootMeanSquare;
        }
        return y;
    }
}
