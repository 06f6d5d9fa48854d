package io.github.glmjava.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention over one page. Both products, of queries with keys and of weights with values, are the same product of rows
 * with a panel; a panel is read once for four rows. Each sum runs over the depth of the panel in order, so that its bits
 * depend neither on the other rows nor on the number of lanes.
 */
final class VectorAttention {
    private static final int TILE = 4;
    private static final int PAGE = AttentionTile.PAGE;
    private static final int WIDTH = KeyValuePage.WIDTH;

    private VectorAttention() {}

    /** {@code scores[row][position] = query[row] . key[position]}, also for some positions that a row may not see. */
    static void score(AttentionTile tile, KeyValuePage page, int group, int positions) {
        Arrays.fill(tile.scores, 0, tile.rows() * PAGE, 0);
        for (int panel = 0; panel * WIDTH < positions; panel++) {
            float[] keys = page.keys(group, panel, tile.panel);
            int offset = page.keyOffset(group, panel);
            int row = 0;
            for (; row + TILE <= tile.rows(); row += TILE) {
                multiply4(
                        tile.queries,
                        row * tile.keySize,
                        tile.keySize,
                        tile.keySize,
                        keys,
                        offset,
                        tile.scores,
                        row * PAGE + panel * WIDTH,
                        PAGE);
            }
            for (; row < tile.rows(); row++) {
                int query = row * tile.keySize;
                multiply1(tile.queries, query, 0, tile.keySize, keys, offset, tile.scores, row * PAGE + panel * WIDTH);
            }
        }
    }

    /** {@code accumulated[row] += sum over positions of weight[row][position] * value[position]}. */
    static void addValues(AttentionTile tile, KeyValuePage page, int group, int positions) {
        for (int panel = 0; panel < page.valuePanels; panel++) {
            float[] values = page.values(group, panel, positions, tile.panel);
            addPanel(tile, values, page.valueOffset(group, panel), panel * WIDTH);
        }
    }

    private static void addPanel(AttentionTile tile, float[] values, int offset, int feature) {
        float[] sums = tile.state().accumulated;
        int width = tile.state().width;
        int row = 0;
        for (; row + TILE <= tile.rows(); row += TILE) {
            int common = tile.visible[row];
            for (int i = 1; i < TILE; i++) {
                common = Math.min(common, tile.visible[row + i]);
            }
            multiply4(tile.scores, row * PAGE, PAGE, common, values, offset, sums, row * width + feature, width);
            // Rows of later tokens see a little more: what is not common to the four is added one by one.
            for (int i = row; i < row + TILE; i++) {
                if (tile.visible[i] > common) {
                    multiply1(
                            tile.scores, i * PAGE, common, tile.visible[i], values, offset, sums, i * width + feature);
                }
            }
        }
        for (; row < tile.rows(); row++) {
            multiply1(tile.scores, row * PAGE, 0, tile.visible[row], values, offset, sums, row * width + feature);
        }
    }

    /**
     * {@code sums[r][lane] += factors[r][d] * panel[d][lane]}, summed over {@code d < depth}, for four rows. Eight sums at
     * a time hide the latency of a multiply-add; each vector of the panel serves four of them.
     *
     * @param rowStride the distance of two rows of factors
     * @param sumStride the distance of two rows of sums
     */
    private static void multiply4(
            float[] factors,
            int row,
            int rowStride,
            int depth,
            float[] panel,
            int offset,
            float[] sums,
            int target,
            int sumStride) {
        int target1 = target + sumStride;
        int target2 = target1 + sumStride;
        int target3 = target2 + sumStride;
        for (int lane = 0; lane < WIDTH; lane += 2 * Lanes.COUNT) {
            int next = lane + Lanes.COUNT;
            FloatVector s00 = FloatVector.fromArray(Lanes.FLOATS, sums, target + lane);
            FloatVector s01 = FloatVector.fromArray(Lanes.FLOATS, sums, target + next);
            FloatVector s10 = FloatVector.fromArray(Lanes.FLOATS, sums, target1 + lane);
            FloatVector s11 = FloatVector.fromArray(Lanes.FLOATS, sums, target1 + next);
            FloatVector s20 = FloatVector.fromArray(Lanes.FLOATS, sums, target2 + lane);
            FloatVector s21 = FloatVector.fromArray(Lanes.FLOATS, sums, target2 + next);
            FloatVector s30 = FloatVector.fromArray(Lanes.FLOATS, sums, target3 + lane);
            FloatVector s31 = FloatVector.fromArray(Lanes.FLOATS, sums, target3 + next);
            for (int d = 0; d < depth; d++) {
                int at = offset + d * WIDTH + lane;
                FloatVector p0 = FloatVector.fromArray(Lanes.FLOATS, panel, at);
                FloatVector p1 = FloatVector.fromArray(Lanes.FLOATS, panel, at + Lanes.COUNT);
                FloatVector f0 = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
                s00 = p0.fma(f0, s00);
                s01 = p1.fma(f0, s01);
                FloatVector f1 = FloatVector.broadcast(Lanes.FLOATS, factors[row + rowStride + d]);
                s10 = p0.fma(f1, s10);
                s11 = p1.fma(f1, s11);
                FloatVector f2 = FloatVector.broadcast(Lanes.FLOATS, factors[row + 2 * rowStride + d]);
                s20 = p0.fma(f2, s20);
                s21 = p1.fma(f2, s21);
                FloatVector f3 = FloatVector.broadcast(Lanes.FLOATS, factors[row + 3 * rowStride + d]);
                s30 = p0.fma(f3, s30);
                s31 = p1.fma(f3, s31);
            }
            s00.intoArray(sums, target + lane);
            s01.intoArray(sums, target + next);
            s10.intoArray(sums, target1 + lane);
            s11.intoArray(sums, target1 + next);
            s20.intoArray(sums, target2 + lane);
            s21.intoArray(sums, target2 + next);
            s30.intoArray(sums, target3 + lane);
            s31.intoArray(sums, target3 + next);
        }
    }

    /** The same for one row and {@code from <= d < to}. */
    private static void multiply1(
            float[] factors, int row, int from, int to, float[] panel, int offset, float[] sums, int target) {
        for (int lane = 0; lane < WIDTH; lane += 2 * Lanes.COUNT) {
            int next = lane + Lanes.COUNT;
            FloatVector s0 = FloatVector.fromArray(Lanes.FLOATS, sums, target + lane);
            FloatVector s1 = FloatVector.fromArray(Lanes.FLOATS, sums, target + next);
            for (int d = from; d < to; d++) {
                int at = offset + d * WIDTH + lane;
                FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factors[row + d]);
                s0 = FloatVector.fromArray(Lanes.FLOATS, panel, at).fma(factor, s0);
                s1 = FloatVector.fromArray(Lanes.FLOATS, panel, at + Lanes.COUNT)
                        .fma(factor, s1);
            }
            s0.intoArray(sums, target + lane);
            s1.intoArray(sums, target + next);
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
            largest = largest.max(FloatVector.fromArray(Lanes.FLOATS, scores, i));
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
