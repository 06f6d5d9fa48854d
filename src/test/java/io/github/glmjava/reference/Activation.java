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
