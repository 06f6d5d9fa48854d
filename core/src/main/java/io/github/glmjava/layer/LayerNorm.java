package io.github.glmjava.layer;

/** Layer normalisation (Ba et al. 2016) with a learned weight and bias. */
public final class LayerNorm implements Norm, PerToken {
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
        workspace.forEachToken(this, 0, input, output, tokens);
    }

    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] output, int token) {
        int offset = token * weight.length;
        workspace.kernels().layerNorm(input, offset, weight, bias, epsilon, output, offset);
    }
}
