package io.github.glmjava.family;

import io.github.glmjava.tensor.RowSource;
import java.util.List;

/** A matrix with low-rank adapters added, row by row as it is read. */
record AdaptedRows(RowSource base, List<LoraFactors> factors) implements RowSource {
    @Override
    public int rows() {
        return base.rows();
    }

    @Override
    public int columns() {
        return base.columns();
    }

    @Override
    public void readRow(int row, float[] target, int offset) {
        base.readRow(row, target, offset);
        for (LoraFactors factor : factors) {
            factor.addRow(row, target, offset);
        }
    }
}
