package io.github.glmjava.tensor;

/**
 * The products with the panels of a page, which read the stored format in registers. Each sum runs over the depth of a
 * panel in order, so that its bits depend neither on the other rows nor on the number of lanes.
 */
interface VectorPage {
    /** Rows that a panel is read for at a time. */
    int TILE = 4;

    /** Adds to the scores of {@link #TILE} rows their queries' products with a panel of keys. */
    void addScores4(AttentionTile tile, int row, int group, int panel);

    /** The same for one row. */
    void addScores1(AttentionTile tile, int row, int group, int panel);

    /** Comes before the products of any row with this and the following panels of values. */
    default void beginValues(AttentionTile tile, int group, int panel) {}

    /** Adds to what {@link #TILE} rows have accumulated their weights' product with the first positions of a panel of values. */
    void addValues4(AttentionTile tile, int row, int positions, int group, int panel);

    /** The same for one row and the positions from {@code from} to {@code to}. */
    void addValues1(AttentionTile tile, int row, int from, int to, int group, int panel);
}
