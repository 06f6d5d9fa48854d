package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;
import java.util.List;

/** A linear map of each token's features. */
public sealed interface Projection permits Linear, StackedProjection {
    /** The number of output features. */
    int outputs();

    /** The matrices whose products, one after the other, are all of the outputs; none where biases or adapters add to them. */
    List<Matrix> onlyWeights();

    /** The multiply-adds of one token, without those of adapters. */
    long multiplyAdds();

    /** Input {@code tokens x inputs}, output {@code tokens x outputs}, both row-major. */
    void apply(Workspace workspace, float[] input, int tokens, float[] output);
}
