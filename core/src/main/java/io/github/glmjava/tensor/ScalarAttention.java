package io.github.glmjava.tensor;

/** Attention over one page in plain Java. */
final class ScalarAttention {
    private static final int PAGE = AttentionTile.PAGE;

    private ScalarAttention() {}

    static void score(AttentionTile tile, KeyValuePage page, int group) {
        int width = page.width;
        for (int panel = 0; panel * width < tile.farthest(); panel++) {
            page.unpackKeys(group, panel, tile.panel);
            for (int row = 0; row < tile.rows(); row++) {
                int end = Math.min(tile.visible[row] - panel * width, width);
                for (int lane = 0; lane < end; lane++) {
                    tile.scores[row * PAGE + panel * width + lane] = score(tile, row, width, lane);
                }
            }
        }
    }

    private static float score(AttentionTile tile, int row, int width, int lane) {
        float score = 0;
        for (int i = 0; i < tile.keySize; i++) {
            float query = tile.queries[tile.queryStart(row, i / PAGE * PAGE) + i % PAGE];
            score += query * tile.panel[i * width + lane];
        }
        return score;
    }

    /** Turns the scores into weights relative to the new maximum, and rescales what was accumulated under the old. */
    static void softmax(AttentionTile tile, int row) {
        AttentionState state = tile.state();
        float[] scores = tile.scores;
        int start = row * PAGE;
        int end = start + tile.visible[row];
        float maximum = state.maximum[row];
        for (int i = start; i < end; i++) {
            maximum = Math.max(maximum, scores[i]);
        }
        float rescale = exp(state.maximum[row] - maximum);
        float sum = 0;
        for (int i = start; i < end; i++) {
            scores[i] = exp(scores[i] - maximum);
            sum += scores[i];
        }
        state.maximum[row] = maximum;
        state.sum[row] = state.sum[row] * rescale + sum;
        for (int i = row * state.width; i < (row + 1) * state.width; i++) {
            state.accumulated[i] *= rescale;
        }
    }

    static void addValues(AttentionTile tile, KeyValuePage page, int group) {
        AttentionState state = tile.state();
        int width = page.width;
        for (int panel = 0; panel < page.valuePanels; panel++) {
            page.unpackValues(group, panel, tile.farthest(), tile.panel);
            for (int row = 0; row < tile.rows(); row++) {
                int target = row * state.width + panel * width;
                for (int position = 0; position < tile.visible[row]; position++) {
                    float weight = tile.scores[row * PAGE + position];
                    for (int lane = 0; lane < width; lane++) {
                        state.accumulated[target + lane] += weight * tile.panel[position * width + lane];
                    }
                }
            }
        }
    }

    static void merge(AttentionState total, int row, AttentionState part, int partRow) {
        float maximum = Math.max(total.maximum[row], part.maximum[partRow]);
        float kept = exp(total.maximum[row] - maximum);
        float added = exp(part.maximum[partRow] - maximum);
        total.maximum[row] = maximum;
        total.sum[row] = total.sum[row] * kept + part.sum[partRow] * added;
        for (int i = 0; i < total.width; i++) {
            int target = row * total.width + i;
            total.accumulated[target] =
                    total.accumulated[target] * kept + part.accumulated[partRow * part.width + i] * added;
        }
    }

    private static float exp(float x) {
        return (float) Math.exp(x);
    }
}
