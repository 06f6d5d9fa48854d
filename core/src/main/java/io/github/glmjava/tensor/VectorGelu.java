package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/** {@link Gelu} on vectors; the last numbers, which do not fill one, are left to it. */
final class VectorGelu {
    private VectorGelu() {}

    static void exact(float[] values, int offset, int count) {
        int end = Lanes.FLOATS.loopBound(count);
        for (int i = offset; i < offset + end; i += Lanes.COUNT) {
            exact(FloatVector.fromArray(Lanes.FLOATS, values, i)).intoArray(values, i);
        }
        for (int i = offset + end; i < offset + count; i++) {
            values[i] = Gelu.exact(values[i]);
        }
    }

    /** With {@code q = (a1 t + ... ) e^(-z^2)}: {@code x (1 + erf) / 2} is {@code x q / 2} below 0, else {@code x - x q / 2}. */
    private static FloatVector exact(FloatVector x) {
        FloatVector z = x.abs().mul(Gelu.ERF_SCALE);
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        FloatVector t = one.div(z.fma(FloatVector.broadcast(Lanes.FLOATS, Gelu.P), one));
        FloatVector p =
                t.fma(FloatVector.broadcast(Lanes.FLOATS, Gelu.A5), FloatVector.broadcast(Lanes.FLOATS, Gelu.A4));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, Gelu.A3));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, Gelu.A2));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, Gelu.A1));
        FloatVector tail = p.mul(t).mul(Lanes.exp(z.mul(z).neg())).mul(x).mul(0.5f);
        return x.sub(tail).blend(tail, x.lt(0f));
    }

    static void byTanh(float[] values, int offset, int count) {
        int end = Lanes.FLOATS.loopBound(count);
        for (int i = offset; i < offset + end; i += Lanes.COUNT) {
            byTanh(FloatVector.fromArray(Lanes.FLOATS, values, i)).intoArray(values, i);
        }
        for (int i = offset + end; i < offset + count; i++) {
            values[i] = Gelu.byTanh(values[i]);
        }
    }

    private static FloatVector byTanh(FloatVector x) {
        FloatVector cubic = x.mul(x).mul(x).mul(Gelu.TANH_CUBIC).add(x);
        return x.div(Lanes.exp(cubic.mul(-2 * Gelu.TANH_SCALE)).add(1f));
    }
}
