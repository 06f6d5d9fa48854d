package io.github.glmjava.tensor;

/**
 * Rows that come as integers with a scale for every group of 32 columns, as {@link MatrixFormat#Q8} and
 * {@link MatrixFormat#Q4} have them, so that the integers can be kept as they are.
 */
public interface GroupedRows extends RowSource {
    /** The format that has integers of this range. */
    MatrixFormat format();

    /**
     * Reads one group.
     *
     * @param values receives 32 integers
     * @return the scale
     */
    float readGroup(int row, int group, int[] values);
}
