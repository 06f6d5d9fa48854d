package io.github.glmjava.layer;

/** A norm over the features of each token. */
public sealed interface Norm permits RmsNorm, LayerNorm {
    /** Input and output are {@code tokens x features}, row-major, and may be the same. */
    void apply(Workspace workspace, float[] input, int tokens, float[] output);
}
