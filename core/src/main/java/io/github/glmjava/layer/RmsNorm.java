package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/** Root mean square layer normalisation with a learned weight. */
public final class RmsNorm implements Norm, PerToken {
    private final float[] weight;
    private final float epsilon;

    /**
     * @param weight one factor per feature
     * @param epsilon added to the mean square
     */
    public RmsNorm(float[] weight, float epsilon) {
        this.weight = weight;
        this.epsilon = epsilon;
    }

    /** Norms the features of one head in place. */
    void applyInPlace(Kernels kernels, float[] values, int offset) {
        kernels.rmsNorm(values, offset, weight, epsilon, values, offset);
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        workspace.forEachToken(this, 0, input, output, tokens);
    }

    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] output, int token) {
        int offset = token * weight.length;
        workspace.kernels().rmsNorm(input, offset, weight, epsilon, output, offset);
    }
}
