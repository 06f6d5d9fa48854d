package io.github.glmjava.tensor;

import java.util.Arrays;

/**
 * Some query rows (heads of one query group, of one or several tokens) on their way through the pages of keys and
 * values, with the running state of the online softmax: after each page, {@code accumulated[r] / sum[r]} is the
 * attention output over what row r has seen so far. Scratch space of one worker; not safe for use by several threads.
 */
public final class AttentionTile {
    /**
     * Positions in a page of the key-value cache. Pages begin at fixed positions, so that the order of accumulation, and
     * with it every bit of the result, depends on nothing but the position.
     */
    public static final int PAGE = 128;

    /** Values are padded to a multiple of this, the widest vector's float count. */
    private static final int PADDING = 16;

    final int headSize;
    final int valueSize;
    final int paddedHeadSize;
    final float[] queries;
    final float[] accumulated;
    final float[] scores;
    final float[] maximum;
    final float[] sum;

    /** For each row, how many positions of the current page it may see. */
    final int[] visible;

    int rows;

    /**
     * @param maxRows the most rows at a time
     * @param headSize features of a query and of a key
     * @param valueSize features of a value
     */
    public AttentionTile(int maxRows, int headSize, int valueSize) {
        this.headSize = headSize;
        this.valueSize = valueSize;
        paddedHeadSize = padded(valueSize);
        queries = new float[maxRows * headSize];
        accumulated = new float[maxRows * paddedHeadSize];
        scores = new float[maxRows * PAGE];
        maximum = new float[maxRows];
        sum = new float[maxRows];
        visible = new int[maxRows];
    }

    /** A value's size rounded up to what a row of a value page takes. */
    public static int padded(int headSize) {
        return Math.ceilDiv(headSize, PADDING) * PADDING;
    }

    /** The most rows that {@link #begin} accepts. */
    public int capacity() {
        return maximum.length;
    }

    /** Starts {@code count} new rows that have seen nothing. */
    public void begin(int count) {
        rows = count;
        Arrays.fill(accumulated, 0, count * paddedHeadSize, 0);
        Arrays.fill(maximum, 0, count, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0, count, 0);
    }

    /**
     * Sets a row's query.
     *
     * @param source holds {@code headSize} features from {@code offset} on
     * @param scale the softmax scale; it is applied here, before the products with the keys, which keeps them small
     */
    public void query(int row, float[] source, int offset, float scale) {
        int start = row * headSize;
        for (int i = 0; i < headSize; i++) {
            queries[start + i] = source[offset + i] * scale;
        }
    }

    /** Says how many positions of the coming page a row may see, 0 to {@link #PAGE}. */
    public void see(int row, int positions) {
        visible[row] = positions;
    }

    /** Writes a row's attention output, {@code valueSize} features. */
    public void finish(int row, float[] target, int offset) {
        float inverse = 1 / sum[row];
        int start = row * paddedHeadSize;
        for (int i = 0; i < valueSize; i++) {
            target[offset + i] = accumulated[start + i] * inverse;
        }
    }
}
