package io.github.glmjava.family;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.tensor.MatrixFormat;
import org.jspecify.annotations.Nullable;

/**
 * Which matrices are held in which format. The embedding, of which a token needs one row, always stays as stored.
 *
 * @param layers the format of the blocks' matrices, or null to leave them as stored
 * @param head the format of the output head, or null to leave it as stored
 */
public record WeightRecipe(
        @Nullable MatrixFormat layers, @Nullable MatrixFormat head) {
    /** What a choice of the user means. */
    public static WeightRecipe of(WeightFormat format) {
        return switch (format) {
            case AS_STORED -> new WeightRecipe(null, null);
            case Q8 -> new WeightRecipe(MatrixFormat.Q8, MatrixFormat.Q8);
            case Q4 -> new WeightRecipe(MatrixFormat.Q4, MatrixFormat.Q8);
        };
    }
}
