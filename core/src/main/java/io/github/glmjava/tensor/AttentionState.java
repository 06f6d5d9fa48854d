package io.github.glmjava.tensor;

import java.util.Arrays;

/**
 * Where the online softmax of some rows stands (Milakov and Gimelshein 2018): {@code accumulated[r] / sum[r]} is row r's
 * attention output over what it has seen so far. Not safe for use by several threads; distinct rows may be written by
 * several at the same time.
 */
public final class AttentionState {
    final int width;

    /** {@code rows x width}, weighted relative to {@code e^maximum}. */
    final float[] accumulated;

    final float[] maximum;

    /** Sums of weights; 0 if a row has seen nothing. */
    final float[] sum;

    /**
     * @param rows the most rows
     * @param valueSize features of a value
     */
    public AttentionState(int rows, int valueSize) {
        width = AttentionTile.padded(valueSize);
        accumulated = new float[Math.multiplyExact(rows, width)];
        maximum = new float[rows];
        sum = new float[rows];
    }

    /** The number of rows. */
    public int rows() {
        return sum.length;
    }

    /** Lets the first rows have seen nothing. */
    public void clear(int rows) {
        Arrays.fill(accumulated, 0, rows * width, 0);
        Arrays.fill(maximum, 0, rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0, rows, 0);
    }

    /** Copies rows of another state. */
    public void copy(AttentionState source, int sourceRow, int row, int rows) {
        System.arraycopy(source.accumulated, sourceRow * width, accumulated, row * width, rows * width);
        System.arraycopy(source.maximum, sourceRow, maximum, row, rows);
        System.arraycopy(source.sum, sourceRow, sum, row, rows);
    }

    /** Writes a row's attention output, {@code valueSize} features. */
    public void finish(int row, int valueSize, float[] target, int offset) {
        float inverse = 1 / sum[row];
        int start = row * width;
        for (int i = 0; i < valueSize; i++) {
            target[offset + i] = accumulated[start + i] * inverse;
        }
    }
}
