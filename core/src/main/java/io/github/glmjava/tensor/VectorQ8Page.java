package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * 8-bit integers, widened and converted as vectors. Scales are applied where it is cheapest: those of keys to the sum over a group of
 * features, those of values to the weights.
 */
final class VectorQ8Page extends Q8Page implements VectorPage {
    private static final int PAGE = AttentionTile.PAGE;

    /** A byte for every lane of a vector of floats; at least 8, of which the first are used. */
    private static final VectorSpecies<Byte> BYTES = VectorQ8Matrix.BYTES;

    VectorQ8Page(int groups, int keySize, int valueSize) {
        super(WIDTH, groups, keySize, valueSize, BYTES.length() - Lanes.COUNT);
    }

    @Override
    public void addScores4(AttentionTile tile, int row, int keys, int scores) {
        int scale = keyScaleStart(keys);
        for (int first = 0; first < keySize(); first += GROUP) {
            int depth = Math.min(GROUP, keySize() - first);
            int query = tile.queryStart(row, first & -PAGE) + first % PAGE;
            multiply4(tile.queries, query, depth, keys + first * WIDTH, tile.groupSums, 0, WIDTH);
            for (int i = 0; i < TILE; i++) {
                addScaled(tile.groupSums, i * WIDTH, keyScales, scale, tile.scores, scores + i * PAGE);
            }
            scale += WIDTH;
        }
    }

    @Override
    public void addScoresPair4(AttentionTile tile, int row, int keys, int next, int scores) {
        int scale = keyScaleStart(keys);
        int nextScale = keyScaleStart(keys + next);
        for (int first = 0; first < keySize(); first += GROUP) {
            int depth = Math.min(GROUP, keySize() - first);
            int query = tile.queryStart(row, first & -PAGE) + first % PAGE;
            int start = keys + first * WIDTH;
            multiplyPair4(tile.queries, query, query, depth, start, next, tile.groupSums, 0, 2 * WIDTH);
            for (int i = 0; i < TILE; i++) {
                int sums = 2 * i * WIDTH;
                int target = scores + i * PAGE;
                addScaled(tile.groupSums, sums, keyScales, scale, tile.scores, target);
                addScaled(tile.groupSums, sums + WIDTH, keyScales, nextScale, tile.scores, target + WIDTH);
            }
            scale += WIDTH;
            nextScale += WIDTH;
        }
    }

    @Override
    public void addScores1(AttentionTile tile, int row, int keys, int scores) {
        int scale = keyScaleStart(keys);
        for (int first = 0; first < keySize(); first += GROUP) {
            int depth = Math.min(GROUP, keySize() - first);
            int query = tile.queryStart(row, first & -PAGE) + first % PAGE;
            multiply1(tile.queries, query, depth, keys + first * WIDTH, tile.groupSums, 0);
            addScaled(tile.groupSums, 0, keyScales, scale, tile.scores, scores);
            scale += WIDTH;
        }
    }

    /** Adds a group's sums, scaled, to the scores, and clears them for the next group. */
    private static void addScaled(float[] sums, int start, float[] scales, int scale, float[] scores, int target) {
        for (int i = 0; i < WIDTH; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, sums, start + i)
                    .fma(
                            FloatVector.fromArray(Lanes.FLOATS, scales, scale + i),
                            FloatVector.fromArray(Lanes.FLOATS, scores, target + i))
                    .intoArray(scores, target + i);
        }
        Arrays.fill(sums, start, start + WIDTH, 0);
    }

    @Override
    public float[] weights(AttentionTile tile, int group, int panel, int panels) {
        for (int i = 0; i < panels; i++) {
            if ((panel + i) * WIDTH % GROUP == 0) {
                int scales = valueScaleStart(group, panel + i);
                for (int row = 0; row < tile.rows(); row++) {
                    scaleWeights(tile, row * PAGE, tile.visible[row], scales, i * weightsApart(tile));
                }
            }
        }
        return tile.scaledWeights;
    }

    @Override
    public int weightsApart(AttentionTile tile) {
        return tile.maxRows() * PAGE;
    }

    private void scaleWeights(AttentionTile tile, int start, int visible, int scales, int apart) {
        for (int i = 0; i < visible; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, tile.scores, start + i)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, valueScales, scales + i))
                    .intoArray(tile.scaledWeights, start + apart + i);
        }
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
            FloatVector p0 = floats(elements, start + d * WIDTH);
            FloatVector p1 = floats(elements, start + d * WIDTH + Lanes.COUNT);
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
            FloatVector p0 = floats(elements, at);
            FloatVector p1 = floats(elements, at + Lanes.COUNT);
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s00 = p0.fma(factor, s00);
            s01 = p1.fma(factor, s01);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + PAGE + d]);
            s10 = p0.fma(factor, s10);
            s11 = p1.fma(factor, s11);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + 2 * PAGE + d]);
            s20 = p0.fma(factor, s20);
            s21 = p1.fma(factor, s21);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + 3 * PAGE + d]);
            s30 = p0.fma(factor, s30);
            s31 = p1.fma(factor, s31);
            p0 = floats(elements, nextStart + d * WIDTH);
            p1 = floats(elements, nextStart + d * WIDTH + Lanes.COUNT);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[nextRow + d]);
            s02 = p0.fma(factor, s02);
            s03 = p1.fma(factor, s03);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[nextRow + PAGE + d]);
            s12 = p0.fma(factor, s12);
            s13 = p1.fma(factor, s13);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[nextRow + 2 * PAGE + d]);
            s22 = p0.fma(factor, s22);
            s23 = p1.fma(factor, s23);
            factor = FloatVector.broadcast(Lanes.FLOATS, factors[nextRow + 3 * PAGE + d]);
            s32 = p0.fma(factor, s32);
            s33 = p1.fma(factor, s33);
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
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s0 = floats(elements, start + d * WIDTH).fma(factor, s0);
            s1 = floats(elements, start + d * WIDTH + Lanes.COUNT).fma(factor, s1);
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + Lanes.COUNT);
    }

    /** A vector of elements. */
    private static FloatVector floats(byte[] elements, int at) {
        return (FloatVector)
                ByteVector.fromArray(BYTES, elements, at).convertShape(VectorOperators.B2F, Lanes.FLOATS, 0);
    }
}
