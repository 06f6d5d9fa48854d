package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/** 32-bit floats, read where they lie. */
final class VectorF32Page extends F32Page implements VectorPage {
    private static final int PAGE = AttentionTile.PAGE;

    VectorF32Page(int groups, int keySize, int valueSize) {
        super(WIDTH, groups, keySize, valueSize);
    }

    @Override
    public void multiply4(float[] factors, int row, int depth, int start, float[] sums, int target, int stride) {
        int target1 = target + stride;
        int target2 = target1 + stride;
        int target3 = target2 + stride;
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, sums, target);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, sums, target + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, sums, target1);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, sums, target1 + Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, sums, target2);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, sums, target2 + Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, sums, target3);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, sums, target3 + Lanes.COUNT);
        for (int d = 0; d < depth; d++) {
            FloatVector p0 = FloatVector.fromArray(Lanes.FLOATS, elements, start + d * WIDTH);
            FloatVector p1 = FloatVector.fromArray(Lanes.FLOATS, elements, start + d * WIDTH + Lanes.COUNT);
            FloatVector f0 = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s00 = p0.fma(f0, s00);
            s01 = p1.fma(f0, s01);
            FloatVector f1 = FloatVector.broadcast(Lanes.FLOATS, factors[row + PAGE + d]);
            s10 = p0.fma(f1, s10);
            s11 = p1.fma(f1, s11);
            FloatVector f2 = FloatVector.broadcast(Lanes.FLOATS, factors[row + 2 * PAGE + d]);
            s20 = p0.fma(f2, s20);
            s21 = p1.fma(f2, s21);
            FloatVector f3 = FloatVector.broadcast(Lanes.FLOATS, factors[row + 3 * PAGE + d]);
            s30 = p0.fma(f3, s30);
            s31 = p1.fma(f3, s31);
        }
        s00.intoArray(sums, target);
        s01.intoArray(sums, target + Lanes.COUNT);
        s10.intoArray(sums, target1);
        s11.intoArray(sums, target1 + Lanes.COUNT);
        s20.intoArray(sums, target2);
        s21.intoArray(sums, target2 + Lanes.COUNT);
        s30.intoArray(sums, target3);
        s31.intoArray(sums, target3 + Lanes.COUNT);
    }

    @Override
    public void multiply1(float[] factors, int row, int depth, int start, float[] sums, int target) {
        FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, sums, target);
        FloatVector s1 = FloatVector.fromArray(Lanes.FLOATS, sums, target + Lanes.COUNT);
        for (int d = 0; d < depth; d++) {
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s0 = FloatVector.fromArray(Lanes.FLOATS, elements, start + d * WIDTH)
                    .fma(factor, s0);
            s1 = FloatVector.fromArray(Lanes.FLOATS, elements, start + d * WIDTH + Lanes.COUNT)
                    .fma(factor, s1);
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + Lanes.COUNT);
    }
}
