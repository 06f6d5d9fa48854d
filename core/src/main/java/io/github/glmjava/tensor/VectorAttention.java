package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention over one page. Both products, of queries with keys and of weights with values, are the same product of rows
 * with a panel, which {@link VectorPage} does.
 */
final class VectorAttention {
    private static final int WIDTH = VectorPage.WIDTH;
    private static final int TILE = VectorPage.TILE;
    private static final int PAGE = AttentionTile.PAGE;

    private VectorAttention() {}

    /** {@code scores[row][position] = query[row] . key[position]}, also for some positions that a row may not see. */
    static void score(AttentionTile tile, KeyValuePage page, int group) {
        Arrays.fill(tile.scores, 0, tile.rows() * PAGE, 0);
        VectorPage panels = (VectorPage) page;
        int positions = tile.farthest();
        for (int panel = 0; panel * WIDTH < positions; panel++) {
            int keys = page.keyStart(group, panel);
            int scores = panel * WIDTH;
            int next = 0;
            if (panels.readsPairs() && (panel + 1) * WIDTH < positions) {
                next = page.keyStart(group, panel + 1) - keys;
                panel++;
            }
            int row = 0;
            for (; row + TILE <= tile.rows(); row += TILE) {
                if (next > 0) {
                    panels.addScoresPair4(tile, row, keys, next, row * PAGE + scores);
                } else {
                    panels.addScores4(tile, row, keys, row * PAGE + scores);
                }
            }
            for (; row < tile.rows(); row++) {
                panels.addScores1(tile, row, keys, row * PAGE + scores);
                if (next > 0) {
                    panels.addScores1(tile, row, keys + next, row * PAGE + scores + WIDTH);
                }
            }
        }
    }

    /** {@code accumulated[row] += sum over positions of weight[row][position] * value[position]}. */
    static void addValues(AttentionTile tile, KeyValuePage page, int group) {
        VectorPage panels = (VectorPage) page;
        AttentionState state = tile.state();
        for (int panel = 0; panel < page.valuePanels; panel++) {
            int values = page.valueStart(group, panel);
            int target = panel * WIDTH;
            boolean pair = panels.readsPairs() && panel + 1 < page.valuePanels;
            int next = pair ? page.valueStart(group, panel + 1) - values : 0;
            float[] weights = panels.weights(tile, group, panel, pair ? 2 : 1);
            panel += pair ? 1 : 0;
            int row = 0;
            for (; row + TILE <= tile.rows(); row += TILE) {
                addFourRows(tile, row, panels, weights, values, next, row * state.width + target);
            }
            for (; row < tile.rows(); row++) {
                addRow(tile, row, 0, panels, weights, values, next, row * state.width + target);
            }
        }
    }

    /** Rows of later tokens see a little more: what is not common to the four is added one by one. */
    private static void addFourRows(
            AttentionTile tile, int row, VectorPage panels, float[] weights, int values, int next, int target) {
        AttentionState state = tile.state();
        int common = PAGE;
        for (int i = row; i < row + TILE; i++) {
            common = Math.min(common, tile.visible[i]);
        }
        float[] sums = state.accumulated;
        if (next > 0) {
            int weight = row * PAGE;
            int nextWeight = weight + panels.weightsApart(tile);
            panels.multiplyPair4(weights, weight, nextWeight, common, values, next, sums, target, state.width);
        } else {
            panels.multiply4(weights, row * PAGE, common, values, sums, target, state.width);
        }
        for (int i = 0; i < TILE; i++) {
            addRow(tile, row + i, common, panels, weights, values, next, target + i * state.width);
        }
    }

    /** Adds what a row sees from a position on, of one panel and of the one {@code next} behind it unless that is 0. */
    private static void addRow(
            AttentionTile tile,
            int row,
            int position,
            VectorPage panels,
            float[] weights,
            int values,
            int next,
            int target) {
        int count = tile.visible[row] - position;
        if (count > 0) {
            int weight = row * PAGE + position;
            int rest = values + position * WIDTH;
            float[] sums = tile.state().accumulated;
            panels.multiply1(weights, weight, count, rest, sums, target);
            if (next > 0) {
                panels.multiply1(weights, weight + panels.weightsApart(tile), count, rest + next, sums, target + WIDTH);
            }
        }
    }

    /** Turns the scores into weights relative to the new maximum, and rescales what was accumulated under the old. */
    static void softmax(AttentionTile tile, int row) {
        AttentionState state = tile.state();
        int start = row * PAGE;
        int visible = tile.visible[row];
        int end = Math.ceilDiv(visible, Lanes.COUNT) * Lanes.COUNT;
        Arrays.fill(tile.scores, start + visible, start + end, Float.NEGATIVE_INFINITY);
        float before = state.maximum[row];
        float maximum = Math.max(before, largest(tile.scores, start, start + end));
        float sum = weigh(tile.scores, start, start + end, maximum);
        float rescale = Lanes.exp(before - maximum);
        state.maximum[row] = maximum;
        state.sum[row] = state.sum[row] * rescale + sum;
        scale(state.accumulated, row * state.width, (row + 1) * state.width, rescale);
    }

    private static float largest(float[] scores, int from, int to) {
        FloatVector largest = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = from; i < to; i += Lanes.COUNT) {
            FloatVector some = FloatVector.fromArray(Lanes.FLOATS, scores, i);
            largest = largest.blend(some, some.compare(VectorOperators.GT, largest));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** Turns scores into {@code e^(score - maximum)} and returns their sum. */
    private static float weigh(float[] scores, int from, int to, float maximum) {
        FloatVector weights = FloatVector.zero(Lanes.FLOATS);
        for (int i = from; i < to; i += Lanes.COUNT) {
            FloatVector weight =
                    Lanes.exp(FloatVector.fromArray(Lanes.FLOATS, scores, i).sub(maximum));
            weight.intoArray(scores, i);
            weights = weights.add(weight);
        }
        return Lanes.sum(weights);
    }

    private static void scale(float[] values, int from, int to, float factor) {
        for (int i = from; i < to; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, values, i).mul(factor).intoArray(values, i);
        }
    }

    /** See {@link Kernels#merge}. */
    static void merge(AttentionState total, int row, AttentionState part, int partRow) {
        float maximum = Math.max(total.maximum[row], part.maximum[partRow]);
        float kept = Lanes.exp(total.maximum[row] - maximum);
        float added = Lanes.exp(part.maximum[partRow] - maximum);
        total.maximum[row] = maximum;
        total.sum[row] = total.sum[row] * kept + part.sum[partRow] * added;
        int source = partRow * part.width;
        int target = row * total.width;
        for (int i = 0; i < total.width; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, total.accumulated, target + i)
                    .mul(kept)
                    .add(FloatVector.fromArray(Lanes.FLOATS, part.accumulated, source + i)
                            .mul(added))
                    .intoArray(total.accumulated, target + i);
        }
    }
}
