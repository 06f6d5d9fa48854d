package io.github.glmjava.reference;

/** The nonlinear functions of the feed-forward layers. */
public final class Activation {
    private Activation() {}

    /**
     * SiLU(x) = x / (1 + e^-x).
     *
     * <p>Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), section 2; Swish with beta = 1.
     */
    public static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    /** The logistic function 1 / (1 + e^-x). */
    public static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /**
     * GELU(x) by its approximation 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
     *
     * <p>Source: Hendrycks and Gimpel (2016), section 2; {@code gelu_impl} of ChatGLM-6B's {@code modeling_chatglm.py}.
     */
    public static double geluByTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    /**
     * The gated half of SwiGLU: y_i = SiLU(gate_i) up_i.
     *
     * <p>Source: Shazeer, "GLU Variants Improve Transformer" (2020), equation 6, without the surrounding linear maps.
     */
    public static double[] swiGlu(double[] gate, double[] up) {
        double[] y = new double[gate.length];
        for (int i = 0; i < gate.length; i++) {
            y[i] = silu(gate[i]) * up[i];
        }
        return y;
    }
}
