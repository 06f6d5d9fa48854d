package io.github.glmjava.family;

import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.weights.StoredTensor;

/** A stored matrix of any type with a fraction, row by row as floats. */
record StoredRows(StoredTensor tensor, int rows, int columns) implements RowSource {
    @Override
    public void readRow(int row, float[] target, int offset) {
        tensor.readFloats((long) row * columns, columns, target, offset);
    }
}
