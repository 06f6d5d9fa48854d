package io.github.glmjava.tensor;

/**
 * A page that is multiplied in registers as it is stored. Each sum runs over the depth of a panel in order, so that its bits
 * depend neither on the other rows nor on the number of lanes.
 */
interface VectorPage {
    /** Rows that a panel is read for at a time. */
    int TILE = 4;

    /** Lanes of a panel. */
    int WIDTH = 2 * Lanes.COUNT;

    /**
     * {@code sums[r][lane] += factors[r][d] * panel[d][lane]}, summed over {@code d < depth}, for {@link #TILE} rows. Eight
     * sums at a time hide the latency of a multiply-add; each vector of the panel serves four of them.
     *
     * @param row where the first row of factors begins; the others follow at distances of {@link AttentionTile#PAGE}
     * @param start where the part of the panel begins
     * @param stride the distance of two rows of sums
     */
    void multiply4(float[] factors, int row, int depth, int start, float[] sums, int target, int stride);

    /** Whether {@link #multiplyPair4} is faster than two products: where 32 registers hold 16 sums. */
    default boolean readsPairs() {
        return false;
    }

    /**
     * {@link #multiply4} for two panels: they are read from two places, where the processor fetches more ahead than from one.
     *
     * @param nextRow where the first row of factors of the second panel begins: {@code row} if they are the same
     * @param next how far the second panel is behind the first; its sums are behind the first's
     */
    default void multiplyPair4(
            float[] factors,
            int row,
            int nextRow,
            int depth,
            int start,
            int next,
            float[] sums,
            int target,
            int stride) {
        multiply4(factors, row, depth, start, sums, target, stride);
        multiply4(factors, nextRow, depth, start + next, sums, target + WIDTH, stride);
    }

    /** The same for one row. */
    void multiply1(float[] factors, int row, int depth, int start, float[] sums, int target);

    /**
     * Adds to the scores of {@link #TILE} rows their queries' products with a panel of keys.
     *
     * @param keys where the panel begins
     * @param scores where the first row's scores for it are
     */
    default void addScores4(AttentionTile tile, int row, int keys, int scores) {
        for (int first = 0; first < tile.keySize; first += AttentionTile.PAGE) {
            int depth = Math.min(AttentionTile.PAGE, tile.keySize - first);
            int query = tile.queryStart(row, first);
            multiply4(tile.queries, query, depth, keys + first * WIDTH, tile.scores, scores, AttentionTile.PAGE);
        }
    }

    /** The same for two panels of keys, the second {@code next} behind the first. */
    default void addScoresPair4(AttentionTile tile, int row, int keys, int next, int scores) {
        for (int first = 0; first < tile.keySize; first += AttentionTile.PAGE) {
            int depth = Math.min(AttentionTile.PAGE, tile.keySize - first);
            int query = tile.queryStart(row, first);
            int start = keys + first * WIDTH;
            multiplyPair4(tile.queries, query, query, depth, start, next, tile.scores, scores, AttentionTile.PAGE);
        }
    }

    /** The same for one row. */
    default void addScores1(AttentionTile tile, int row, int keys, int scores) {
        for (int first = 0; first < tile.keySize; first += AttentionTile.PAGE) {
            int depth = Math.min(AttentionTile.PAGE, tile.keySize - first);
            multiply1(tile.queries, tile.queryStart(row, first), depth, keys + first * WIDTH, tile.scores, scores);
        }
    }

    /**
     * What the values of some panels are to be multiplied with: weights, laid out like the scores. Asked for one panel or pair after the
     * other.
     */
    default float[] weights(AttentionTile tile, int group, int panel, int panels) {
        return tile.scores;
    }

    /** How far behind the weights of the first panel of a pair those of the second are. */
    default int weightsApart(AttentionTile tile) {
        return 0;
    }
}
