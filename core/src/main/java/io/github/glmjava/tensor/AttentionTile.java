package io.github.glmjava.tensor;

/**
 * Some query rows (heads of one query group, of one or several tokens) on their way through the pages of keys and values.
 * Scratch space of one worker; not safe for use by several threads.
 */
public final class AttentionTile {
    /**
     * Positions in a page of the key-value cache. Pages begin at fixed positions, so that the order of accumulation, and
     * with it every bit of the result, depends on nothing but the position.
     */
    public static final int PAGE = 128;

    final int keySize;
    final float[] queries;
    final float[] scores;

    /** One panel of keys or values as floats. */
    final float[] panel;

    /** For each row, how many positions of the current page it may see. */
    final int[] visible;

    private final AttentionState state;
    private int rows;

    /**
     * @param maxRows the most rows at a time
     * @param keySize features of a query and of a key
     * @param valueSize features of a value
     */
    public AttentionTile(int maxRows, int keySize, int valueSize) {
        this.keySize = keySize;
        queries = new float[maxRows * keySize];
        scores = new float[maxRows * PAGE];
        panel = new float[KeyValuePage.WIDTH * Math.max(PAGE, keySize + 3)];
        visible = new int[maxRows];
        state = new AttentionState(maxRows, valueSize);
    }

    /** A value's size rounded up to whole panels. */
    static int padded(int valueSize) {
        return Math.ceilDiv(valueSize, KeyValuePage.WIDTH) * KeyValuePage.WIDTH;
    }

    /** What the rows have seen since {@link #begin}. */
    public AttentionState state() {
        return state;
    }

    int rows() {
        return rows;
    }

    /** Lets so many rows have seen nothing; their queries stay. */
    public void begin(int count) {
        rows = count;
        state.clear(count);
    }

    /**
     * Sets a row's query.
     *
     * @param source holds {@code keySize} features from {@code offset} on
     * @param scale the softmax scale; it is applied here, before the products with the keys, which keeps them small
     */
    public void query(int row, float[] source, int offset, float scale) {
        int start = row * keySize;
        for (int i = 0; i < keySize; i++) {
            queries[start + i] = source[offset + i] * scale;
        }
    }

    /** Says how many positions of the coming page a row may see, 0 to {@link #PAGE}. */
    public void see(int row, int positions) {
        visible[row] = positions;
    }

    /** The most positions that a row may see. */
    int farthest() {
        int farthest = 0;
        for (int row = 0; row < rows; row++) {
            farthest = Math.max(farthest, visible[row]);
        }
        return farthest;
    }
}
