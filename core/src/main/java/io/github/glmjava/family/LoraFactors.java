package io.github.glmjava.family;

/** What one adapter adds to one matrix, as two factors: {@code up x down}. Immutable. */
final class LoraFactors {
    private final int rank;
    private final float[] down;
    private final float[] up;

    /**
     * @param rank the inner size
     * @param down A, {@code rank x columns}, row-major; not copied
     * @param up B, {@code rows x rank}, row-major, with the adapter's scaling and weight in it; not copied
     */
    LoraFactors(int rank, float[] down, float[] up) {
        this.rank = rank;
        this.down = down;
        this.up = up;
    }

    int rank() {
        return rank;
    }

    int rows() {
        return up.length / rank;
    }

    int columns() {
        return down.length / rank;
    }

    /** Adds one row of the product. */
    void addRow(int row, float[] target, int offset) {
        int columns = columns();
        for (int k = 0; k < rank; k++) {
            float factor = up[row * rank + k];
            for (int column = 0; column < columns; column++) {
                target[offset + column] += factor * down[k * columns + column];
            }
        }
    }

    /** Writes A below {@code above} rows of others. */
    void copyDown(float[] target, int above) {
        System.arraycopy(down, 0, target, above * columns(), down.length);
    }

    /** Writes B beside {@code before} columns of others, into rows of {@code width} columns. */
    void copyUp(float[] target, int before, int width) {
        for (int row = 0; row < rows(); row++) {
            System.arraycopy(up, row * rank, target, row * width + before, rank);
        }
    }
}
