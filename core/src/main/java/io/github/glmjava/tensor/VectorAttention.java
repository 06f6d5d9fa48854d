package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * The two matrix products of attention over one page, without a horizontal sum: for the scores a lane is a position (the
 * page holds keys feature by feature), for the values a lane is a feature. Four rows share each load of keys or values,
 * which the heads of a query group have in common.
 */
final class VectorAttention {
    private static final int TILE = 4;

    private VectorAttention() {}

    /** {@code scores[row][position] = query[row] . key[position]}, also for some positions that a row may not see. */
    static void score(AttentionTile tile, float[] keys, int keysOffset) {
        int farthest = 0;
        for (int row = 0; row < tile.rows; row++) {
            farthest = Math.max(farthest, tile.visible[row]);
        }
        for (int position = 0; position < farthest; position += Lanes.COUNT) {
            int row = 0;
            for (; row + TILE <= tile.rows; row += TILE) {
                score4(tile, row, keys, keysOffset + position, position);
            }
            for (; row < tile.rows; row++) {
                score1(tile, row, keys, keysOffset + position, position);
            }
        }
    }

    private static void score4(AttentionTile tile, int row, float[] keys, int keysOffset, int position) {
        float[] queries = tile.queries;
        int size = tile.headSize;
        int query = row * size;
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < size; i++) {
            FloatVector key = FloatVector.fromArray(Lanes.FLOATS, keys, keysOffset + i * AttentionTile.PAGE);
            s0 = key.fma(FloatVector.broadcast(Lanes.FLOATS, queries[query + i]), s0);
            s1 = key.fma(FloatVector.broadcast(Lanes.FLOATS, queries[query + size + i]), s1);
            s2 = key.fma(FloatVector.broadcast(Lanes.FLOATS, queries[query + 2 * size + i]), s2);
            s3 = key.fma(FloatVector.broadcast(Lanes.FLOATS, queries[query + 3 * size + i]), s3);
        }
        int target = row * AttentionTile.PAGE + position;
        s0.intoArray(tile.scores, target);
        s1.intoArray(tile.scores, target + AttentionTile.PAGE);
        s2.intoArray(tile.scores, target + 2 * AttentionTile.PAGE);
        s3.intoArray(tile.scores, target + 3 * AttentionTile.PAGE);
    }

    private static void score1(AttentionTile tile, int row, float[] keys, int keysOffset, int position) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < tile.headSize; i++) {
            FloatVector key = FloatVector.fromArray(Lanes.FLOATS, keys, keysOffset + i * AttentionTile.PAGE);
            sum = key.fma(FloatVector.broadcast(Lanes.FLOATS, tile.queries[row * tile.headSize + i]), sum);
        }
        sum.intoArray(tile.scores, row * AttentionTile.PAGE + position);
    }

    /** {@code accumulated[row] += sum over positions of weight[row][position] * value[position]}. */
    static void addValues(AttentionTile tile, float[] values, int valuesOffset) {
        int row = 0;
        for (; row + TILE <= tile.rows; row += TILE) {
            int common = tile.visible[row];
            for (int i = 1; i < TILE; i++) {
                common = Math.min(common, tile.visible[row + i]);
            }
            for (int feature = 0; feature < tile.paddedHeadSize; feature += Lanes.COUNT) {
                add4(tile, row, values, valuesOffset + feature, feature, common);
            }
            // Rows of later tokens see a little more: what is not common to the four is added one by one.
            for (int i = row; i < row + TILE; i++) {
                add1(tile, i, values, valuesOffset, common);
            }
        }
        for (; row < tile.rows; row++) {
            add1(tile, row, values, valuesOffset, 0);
        }
    }

    private static void add4(
            AttentionTile tile, int row, float[] values, int valuesOffset, int feature, int positions) {
        float[] weights = tile.scores;
        int w0 = row * AttentionTile.PAGE;
        int w1 = w0 + AttentionTile.PAGE;
        int w2 = w1 + AttentionTile.PAGE;
        int w3 = w2 + AttentionTile.PAGE;
        int size = tile.paddedHeadSize;
        int target = row * size + feature;
        FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, tile.accumulated, target);
        FloatVector s1 = FloatVector.fromArray(Lanes.FLOATS, tile.accumulated, target + size);
        FloatVector s2 = FloatVector.fromArray(Lanes.FLOATS, tile.accumulated, target + 2 * size);
        FloatVector s3 = FloatVector.fromArray(Lanes.FLOATS, tile.accumulated, target + 3 * size);
        for (int position = 0; position < positions; position++) {
            FloatVector value = FloatVector.fromArray(Lanes.FLOATS, values, valuesOffset + position * size);
            s0 = value.fma(FloatVector.broadcast(Lanes.FLOATS, weights[w0 + position]), s0);
            s1 = value.fma(FloatVector.broadcast(Lanes.FLOATS, weights[w1 + position]), s1);
            s2 = value.fma(FloatVector.broadcast(Lanes.FLOATS, weights[w2 + position]), s2);
            s3 = value.fma(FloatVector.broadcast(Lanes.FLOATS, weights[w3 + position]), s3);
        }
        s0.intoArray(tile.accumulated, target);
        s1.intoArray(tile.accumulated, target + size);
        s2.intoArray(tile.accumulated, target + 2 * size);
        s3.intoArray(tile.accumulated, target + 3 * size);
    }

    /** Adds what one row sees from position {@code from} on. */
    private static void add1(AttentionTile tile, int row, float[] values, int valuesOffset, int from) {
        int visible = tile.visible[row];
        if (from >= visible) {
            return;
        }
        int size = tile.paddedHeadSize;
        for (int feature = 0; feature < size; feature += Lanes.COUNT) {
            int target = row * size + feature;
            FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, tile.accumulated, target);
            for (int position = from; position < visible; position++) {
                FloatVector value =
                        FloatVector.fromArray(Lanes.FLOATS, values, valuesOffset + feature + position * size);
                float weight = tile.scores[row * AttentionTile.PAGE + position];
                sum = value.fma(FloatVector.broadcast(Lanes.FLOATS, weight), sum);
            }
            sum.intoArray(tile.accumulated, target);
        }
    }
}
