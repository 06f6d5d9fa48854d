package io.github.glmjava.layer;

/** A linear map of each token's features. */
public sealed interface Projection permits Linear, StackedProjection {
    /** The number of output features. */
    int outputs();

    /** Input {@code tokens x inputs}, output {@code tokens x outputs}, both row-major. */
    void apply(Workspace workspace, float[] input, int tokens, float[] output);
}
