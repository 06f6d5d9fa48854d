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
     * GELU(x) = x (1 + erf(x / sqrt(2))) / 2, with erf(z) = 2 / sqrt(pi) e^(-z^2) sum_n 2^n z^(2n+1) / (1 3 5 ... (2n+1)), a series
     * of positive terms for positive z.
     *
     * <p>Source: Hendrycks and Gimpel (2016), section 2; Abramowitz and Stegun, 7.1.6. {@code torch.nn.functional.gelu}.
     */
    public static double gelu(double x) {
        double z = Math.min(Math.abs(x) / Math.sqrt(2), 6); // beyond it erf is 1 to the last digit
        double term = z;
        double sum = 0;
        for (int n = 1; sum + term != sum; n++) {
            sum += term;
            term *= 2 * z * z / (2 * n + 1);
        }
        double erf = Math.signum(x) * 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
        return x * (1 + erf) / 2;
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
