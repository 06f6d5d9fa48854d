package io.github.glmjava.tensor;

/**
 * The Gaussian error linear unit of one number, in double precision, for a few numbers at a time. The error function
 * is Abramowitz and Stegun's formula 7.1.26, whose error is at most 1.5e-7.
 */
final class Gelu {
    /** {@code sqrt(2 / pi)} */
    static final float TANH_SCALE = 0.7978846f;

    static final float TANH_CUBIC = 0.044715f;

    /** {@code sqrt(1 / 2)} */
    static final float ERF_SCALE = 0.70710677f;

    /** In {@code t = 1 / (1 + P z)}. */
    static final float P = 0.3275911f;

    /** In {@code erf(z) = 1 - (A1 t + A2 t^2 + ... + A5 t^5) e^(-z^2)} for z from 0 on. */
    static final float A1 = 0.2548296f;

    static final float A2 = -0.28449672f;
    static final float A3 = 1.4214138f;
    static final float A4 = -1.4531521f;
    static final float A5 = 1.0614054f;

    private Gelu() {}

    static float exact(float x) {
        double z = Math.abs(x) * (double) ERF_SCALE;
        double t = 1 / (1 + P * z);
        double polynomial = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5))));
        double erf = Math.copySign(1 - polynomial * StrictMath.exp(-z * z), x);
        return (float) (x * (1 + erf) / 2);
    }

    /** {@code (1 + tanh(u)) / 2 = 1 / (1 + e^(-2u))}. */
    static float byTanh(float x) {
        double u = TANH_SCALE * (x + TANH_CUBIC * (double) x * x * x);
        return (float) (x / (1 + StrictMath.exp(-2 * u)));
    }
}
