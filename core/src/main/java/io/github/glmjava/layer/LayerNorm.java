package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/** Layer normalisation (Ba et al. 2016) with a learned weight and bias. */
public final class LayerNorm implements Norm {
    private final float[] weight;
    private final float[] bias;
    private final float epsilon;

    /**
     * @param weight one factor per feature
     * @param bias one addend per feature
     * @param epsilon added to the variance
     */
    public LayerNorm(float[] weight, float[] bias, float epsilon) {
        this.weight = weight;
        this.bias = bias;
        this.epsilon = epsilon;
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        Kernels kernels = workspace.kernels();
        int size = weight.length;
        if (tokens == 1) {
            kernels.layerNorm(input, 0, weight, bias, epsilon, output, 0);
            return;
        }
        workspace.forEachToken(
                tokens, token -> kernels.layerNorm(input, token * size, weight, bias, epsilon, output, token * size));
    }
}
