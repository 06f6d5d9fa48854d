package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/** Root mean square layer normalisation with a learned weight. */
public final class RmsNorm implements Norm {
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
        Kernels kernels = workspace.kernels();
        int size = weight.length;
        if (tokens == 1) {
            kernels.rmsNorm(input, 0, weight, epsilon, output, 0);
            return;
        }
        workspace.forEachToken(
                tokens, token -> kernels.rmsNorm(input, token * size, weight, epsilon, output, token * size));
    }
}
