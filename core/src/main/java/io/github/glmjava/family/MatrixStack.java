package io.github.glmjava.family;

import io.github.glmjava.tensor.RowSource;
import java.util.function.IntFunction;

/**
 * Matrices of one shape that belong together, as those of a layer's heads do.
 *
 * @param count how many
 * @param rows of each
 * @param columns of each
 * @param parts gives one of them, 0 to {@code count - 1}; it need not be kept
 */
record MatrixStack(int count, int rows, int columns, IntFunction<RowSource> parts) {
    /** A stack of a single matrix. */
    static MatrixStack of(RowSource source) {
        return new MatrixStack(1, source.rows(), source.columns(), part -> source);
    }
}
