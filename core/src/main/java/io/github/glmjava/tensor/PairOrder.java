package io.github.glmjava.tensor;

/**
 * The order in which the 16-bit formats are walked. A vector of 32-bit lanes holds two stored elements a lane: the low
 * halves are the even columns of the block, the high halves the odd ones. Instead of interleaving them again, the
 * kernels take first all even and then all odd columns of each block, and the activations are brought into that order
 * once. What is left after the last whole block keeps its own order.
 */
final class PairOrder {
    /** Columns of a block: two vectors of floats. */
    static final int BLOCK = 2 * Lanes.COUNT;

    private PairOrder() {}

    /** Reorders {@code rows} rows of {@code columns} floats; the target's are {@link FloatTile#stride} apart. */
    static void arrange(float[] source, int rows, int columns, float[] target) {
        int whole = columns - columns % BLOCK;
        int stride = FloatTile.stride(columns);
        for (int row = 0; row < rows; row++) {
            int from = row * columns;
            int to = row * stride;
            for (int block = 0; block < whole; block += BLOCK) {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    target[to + block + i] = source[from + block + 2 * i];
                    target[to + block + Lanes.COUNT + i] = source[from + block + 2 * i + 1];
                }
            }
            System.arraycopy(source, from + whole, target, to + whole, columns - whole);
        }
    }
}
