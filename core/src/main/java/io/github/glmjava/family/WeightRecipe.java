package io.github.glmjava.family;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.tensor.MatrixFormat;
import org.jspecify.annotations.Nullable;

/**
 * Which matrices are held in which format; null leaves them as stored. The embedding, of which a token needs one row, and the
 * routers of experts always stay as stored.
 *
 * @param attention the format of all projections of attention
 * @param gateAndUp the format of what leads to the inner features of a feed-forward network or expert
 * @param down the format of what leads back to the residual stream
 * @param head the format of the output head
 */
public record WeightRecipe(
        @Nullable MatrixFormat attention,
        @Nullable MatrixFormat gateAndUp,
        @Nullable MatrixFormat down,
        @Nullable MatrixFormat head) {
    /** What a choice of the user means. */
    public static WeightRecipe of(WeightFormat format) {
        return switch (format) {
            case AS_STORED -> new WeightRecipe(null, null, null, null);
            case Q8 -> new WeightRecipe(MatrixFormat.Q8, MatrixFormat.Q8, MatrixFormat.Q8, MatrixFormat.Q8);
            case MIXED -> new WeightRecipe(MatrixFormat.Q8, MatrixFormat.Q4, MatrixFormat.Q8, MatrixFormat.Q8);
            case Q4 -> new WeightRecipe(MatrixFormat.Q4, MatrixFormat.Q4, MatrixFormat.Q4, MatrixFormat.Q8);
        };
    }
}
