package io.github.glmjava.reference;

import java.util.Arrays;
import org.ojalgo.matrix.MatrixR064;

/** The affine map y = W x + b of every token; b is zero where the model has no bias. */
public final class Linear {
    private final MatrixR064 weight;
    private final double[] bias;

    /**
     * @param weight W, one row an output feature, as PyTorch's {@code nn.Linear} stores it
     * @param bias b, one element an output feature
     */
    public Linear(MatrixR064 weight, double[] bias) {
        if (weight.getRowDim() != bias.length) {
            throw new IllegalArgumentException(
                    "bias has " + bias.length + " elements, weight has " + weight.getRowDim() + " rows");
        }
        this.weight = weight;
        this.bias = bias.clone();
    }

    /** For tokens in rows: Y = X W^T + b. */
    public MatrixR064 apply(MatrixR064 tokens) {
        MatrixR064 product = tokens.multiply(weight.transpose());
        return Matrices.of(
                product.getRowDim(),
                product.getColDim(),
                (token, feature) -> product.doubleValue(token, feature) + bias[feature]);
    }

    /** The map to the output features from {@code start} (inclusive) to {@code start + count} (exclusive) alone. */
    public Linear outputs(int start, int count) {
        return new Linear(Matrices.rows(weight, start, count), Arrays.copyOfRange(bias, start, start + count));
    }
}
