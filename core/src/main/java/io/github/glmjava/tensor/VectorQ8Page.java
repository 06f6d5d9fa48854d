package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * 8-bit integers, which shifts make floats. Scales are applied where it is cheapest: those of keys to the sum over a group of
 * features, those of values to the weights.
 */
final class VectorQ8Page extends Q8Page implements VectorPage {
    private static final int PAGE = AttentionTile.PAGE;

    /** Half as wide as the vectors of floats: 16 bits for each of their lanes. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Lanes.FLOATS.vectorBitSize() / 2));

    VectorQ8Page(int groups, int keySize, int valueSize) {
        super(WIDTH, groups, keySize, valueSize);
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
    public float[] weights(AttentionTile tile, int group, int panel) {
        if (panel * WIDTH % GROUP == 0) {
            int scales = valueScaleStart(group, panel);
            for (int row = 0; row < tile.rows(); row++) {
                scaleWeights(tile, row * PAGE, tile.visible[row], scales);
            }
        }
        return tile.scaledWeights;
    }

    private void scaleWeights(AttentionTile tile, int start, int visible, int scales) {
        for (int i = 0; i < visible; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, tile.scores, start + i)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, valueScales, scales + i))
                    .intoArray(tile.scaledWeights, start + i);
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
            IntVector pair = pair(elements, start + d * WIDTH);
            FloatVector p0 = lower(pair);
            FloatVector p1 = upper(pair);
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
            IntVector pair = pair(elements, start + d * WIDTH);
            FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
            s0 = lower(pair).fma(factor, s0);
            s1 = upper(pair).fma(factor, s1);
        }
        s0.intoArray(sums, target);
        s1.intoArray(sums, target + Lanes.COUNT);
    }

    /** Two bytes in every lane, with the upper one's sign. */
    private static IntVector pair(byte[] elements, int start) {
        return (IntVector) ByteVector.fromArray(BYTES, elements, start)
                .reinterpretAsShorts()
                .convertShape(VectorOperators.S2I, Lanes.INTS, 0);
    }

    private static FloatVector lower(IntVector pair) {
        return (FloatVector) pair.lanewise(VectorOperators.LSHL, 24)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }

    private static FloatVector upper(IntVector pair) {
        return (FloatVector) pair.lanewise(VectorOperators.ASHR, 8).convert(VectorOperators.I2F, 0);
    }
}
