package io.github.glmjava.reference;

import java.util.function.UnaryOperator;
import org.ojalgo.matrix.MatrixR064;

/** Builds matrices the way formulas name them: element by element, or row by row. */
public final class Matrices {
    private Matrices() {}

    /** The right-hand side of {@code M[row][column] = ...}. */
    @FunctionalInterface
    public interface Element {
        /** The element at the given place, both counted from zero. */
        double at(int row, int column);
    }

    /** The matrix of this size with these elements. */
    public static MatrixR064 of(int rows, int columns, Element element) {
        MatrixR064.DenseReceiver receiver = MatrixR064.FACTORY.newDenseBuilder(rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                receiver.set(row, column, element.at(row, column));
            }
        }
        return receiver.get();
    }

    /** The matrix with these rows, all of the same length; there must be at least one. */
    public static MatrixR064 ofRows(double[]... rows) {
        return of(rows.length, rows[0].length, (row, column) -> rows[row][column]);
    }

    /** The matrix whose row i is the function of row i of {@code matrix}; all results have the same length. */
    public static MatrixR064 mapRows(MatrixR064 matrix, UnaryOperator<double[]> function) {
        double[][] rows = new double[matrix.getRowDim()][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = function.apply(row(matrix, row));
        }
        return ofRows(rows);
    }

    /** A copy of one row. */
    public static double[] row(MatrixR064 matrix, int row) {
        double[] copy = new double[matrix.getColDim()];
        for (int column = 0; column < copy.length; column++) {
            copy[column] = matrix.doubleValue(row, column);
        }
        return copy;
    }

    /** The columns from {@code start} (inclusive) to {@code start + count} (exclusive). */
    public static MatrixR064 columns(MatrixR064 matrix, int start, int count) {
        return of(matrix.getRowDim(), count, (row, column) -> matrix.doubleValue(row, start + column));
    }

    /** The rows from {@code start} (inclusive) to {@code start + count} (exclusive). */
    public static MatrixR064 rows(MatrixR064 matrix, int start, int count) {
        return of(count, matrix.getColDim(), (row, column) -> matrix.doubleValue(start + row, column));
    }
}
