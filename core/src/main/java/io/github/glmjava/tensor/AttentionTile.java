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

    /** What the sizes of values are rounded up to: two of the widest vectors. */
    static final int PADDING = 32;

    final int keySize;

    /**
     * For every {@link #PAGE} features of a key {@code rows x PAGE}, as are the scores: where the distance of two rows is
     * known to the compiler, one address serves several of them.
     */
    final float[] queries;

    final float[] scores;

    /** The weights, which are the scores after the softmax, times the scales of the values that are being added: of two panels. */
    final float[] scaledWeights;

    /** Products with a group of features of keys, not scaled yet; zeros in between. */
    final float[] groupSums = new float[8 * PADDING];

    /** Room for a panel of keys or values as floats. */
    final float[] panel;

    /** For each row, how many positions of the current page it may see. */
    final int[] visible;

    private final int maxRows;
    private final AttentionState state;
    private int rows;

    /**
     * @param maxRows the most rows at a time
     * @param keySize features of a query and of a key
     * @param valueSize features of a value
     */
    public AttentionTile(int maxRows, int keySize, int valueSize) {
        this.keySize = keySize;
        this.maxRows = maxRows;
        queries = new float[Math.ceilDiv(keySize, PAGE) * maxRows * PAGE];
        scores = new float[maxRows * PAGE];
        scaledWeights = new float[2 * maxRows * PAGE];
        panel = new float[PADDING * Math.max(PAGE, keySize)];
        visible = new int[maxRows];
        state = new AttentionState(maxRows, valueSize);
    }

    /** A value's size rounded up to whole panels, whatever their width. */
    static int padded(int valueSize) {
        return Math.ceilDiv(valueSize, PADDING) * PADDING;
    }

    /** What the rows have seen since {@link #begin}. */
    public AttentionState state() {
        return state;
    }

    int rows() {
        return rows;
    }

    int maxRows() {
        return maxRows;
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
        for (int first = 0; first < keySize; first += PAGE) {
            int start = queryStart(row, first);
            for (int i = 0; i < Math.min(PAGE, keySize - first); i++) {
                queries[start + i] = source[offset + first + i] * scale;
            }
        }
    }

    /** Where the features of a query are from {@code feature}, a multiple of {@link #PAGE}, on. */
    int queryStart(int row, int feature) {
        return feature * maxRows + row * PAGE;
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
