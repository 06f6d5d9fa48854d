package io.github.glmjava.tensor;

/** Something whose rows can be read as floats, whatever it is stored as. Safe for use by many threads. */
public interface RowSource {
    /** The number of rows. */
    int rows();

    /** The number of floats in a row. */
    int columns();

    /**
     * Reads one row.
     *
     * @param row 0 to {@code rows() - 1}
     * @param target receives {@code columns()} floats
     * @param offset where in the target
     */
    void readRow(int row, float[] target, int offset);
}
