package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Upper halves of floats, which a shift and a mask make whole. */
final class VectorBF16Page extends BF16Page implements VectorPage {
    private static final int PAGE = AttentionTile.PAGE;

    private static final int UPPER_HALF = 0xffff0000;

    VectorBF16Page(int groups, int keySize, int valueSize) {
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
            IntVector pair = ShortVector.fromArray(Lanes.SHORTS, elements, start + d * WIDTH)
                    .reinterpretAsInts();
            FloatVector p0 = pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector p1 = pair.and(UPPER_HALF).reinterpretAsFloats();
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
    public boolean readsPairs() {
        return Lanes.MANY_REGISTERS;
    }

    /** Both panels share the factors, as no values have scales: {@code nextRow} is {@code row}. */
    @Override
    public void multiplyPair4(
            float[] factors,
            int row,
            int nextRow,
            int depth,
            int start,
            int next,
            float[] sums,
            int target,
            int stride) {
        int target1 = target + stride;
        int target2 = target1 + stride;
        int target3 = target2 + stride;
        int second = target + WIDTH;
        int second1 = target1 + WIDTH;
        int second2 = target2 + WIDTH;
        int second3 = target3 + WIDTH;
        FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, sums, target);
        FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, sums, target + Lanes.COUNT);
        FloatVector s02 = FloatVector.fromArray(Lanes.FLOATS, sums, second);
        FloatVector s03 = FloatVector.fromArray(Lanes.FLOATS, sums, second + Lanes.COUNT);
        FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, sums, target1);
        FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, sums, target1 + Lanes.COUNT);
        FloatVector s12 = FloatVector.fromArray(Lanes.FLOATS, sums, second1);
        FloatVector s13 = FloatVector.fromArray(Lanes.FLOATS, sums, second1 + Lanes.COUNT);
        FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, sums, target2);
        FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, sums, target2 + Lanes.COUNT);
        FloatVector s22 = FloatVector.fromArray(Lanes.FLOATS, sums, second2);
        FloatVector s23 = FloatVector.fromArray(Lanes.FLOATS, sums, second2 + Lanes.COUNT);
        FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, sums, target3);
        FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, sums, target3 + Lanes.COUNT);
        FloatVector s32 = FloatVector.fromArray(Lanes.FLOATS, sums, second3);
        FloatVector s33 = FloatVector.fromArray(Lanes.FLOATS, sums, second3 + Lanes.COUNT);
        int nextStart = start + next;
        for (int d = 0; d < depth; d++) {
            int at = start + d * WIDTH;
            IntVector first = ShortVector.fromArray(Lanes.SHORTS, elements, at).reinterpretAsInts();
            FloatVector p0 = first.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector p1 = first.and(UPPER_HALF).reinterpretAsFloats();
            IntVector other = ShortVector.fromArray(Lanes.SHORTS, elements, nextStart + d * WIDTH)
                    .reinterpretAsInts();
            FloatVector p2 = other.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector p3 = other.and(UPPER_HALF).reinterpretAsFloats();
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s00 = p0.fma(factor, s00);
            s01 = p1.fma(factor, s01);
            s02 = p2.fma(factor, s02);
            s03 = p3.fma(factor, s03);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + PAGE + d]);
            s10 = p0.fma(factor, s10);
            s11 = p1.fma(factor, s11);
            s12 = p2.fma(factor, s12);
            s13 = p3.fma(factor, s13);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + 2 * PAGE + d]);
            s20 = p0.fma(factor, s20);
            s21 = p1.fma(factor, s21);
            s22 = p2.fma(factor, s22);
            s23 = p3.fma(factor, s23);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + 3 * PAGE + d]);
            s30 = p0.fma(factor, s30);
            s31 = p1.fma(factor, s31);
            s32 = p2.fma(factor, s32);
            s33 = p3.fma(factor, s33);
        }
        s00.intoArray(sums, target);
        s01.intoArray(sums, target + Lanes.COUNT);
        s02.intoArray(sums, second);
        s03.intoArray(sums, second + Lanes.COUNT);
        s10.intoArray(sums, target1);
        s11.intoArray(sums, target1 + Lanes.COUNT);
        s12.intoArray(sums, second1);
        s13.intoArray(sums, second1 + Lanes.COUNT);
        s20.intoArray(sums, target2);
        s21.intoArray(sums, target2 + Lanes.COUNT);
        s22.intoArray(sums, second2);
        s23.intoArray(sums, second2 + Lanes.COUNT);
        s30.intoArray(sums, target3);
        s31.intoArray(sums, target3 + Lanes.COUNT);
        s32.intoArray(sums, second3);
        s33.intoArray(sums, second3 + Lanes.COUNT);
    }

    @Override
    public void multiply1(float[] factors, int row, int depth, int start, float[] sums, int target) {
        FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, sums, target);
        FloatVector s1 = FloatVector.fromArray(Lanes.FLOATS, sums, target + Lanes.COUNT);
        for (int d = 0; d < depth; d++) {
            IntVector pair = ShortVector.fromArray(Lanes.SHORTS, elements, start + d * WIDTH)
                    .reinterpretAsInts();
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s0 = pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(factor, s0);
            s1 = pair.and(UPPER_HALF).reinterpretAsFloats().fma(factor, s1);
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + Lanes.COUNT);
    }
}
