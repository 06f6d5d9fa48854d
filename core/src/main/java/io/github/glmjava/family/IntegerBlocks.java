package io.github.glmjava.family;

import io.github.glmjava.tensor.GroupedRows;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;

/** A matrix in blocks of Q8_0 or Q4_0, whose groups are those of our Q8 and Q4. */
record IntegerBlocks(StoredTensor tensor, int rows, int columns) implements GroupedRows {
    @Override
    public MatrixFormat format() {
        return tensor.dtype() == DType.Q4_0 ? MatrixFormat.Q4 : MatrixFormat.Q8;
    }

    @Override
    public float readGroup(int row, int group, int[] values) {
        return tensor.readIntegers((long) row * columns + (long) group * values.length, values);
    }

    @Override
    public void readRow(int row, float[] target, int offset) {
        tensor.readFloats((long) row * columns, columns, target, offset);
    }
}
