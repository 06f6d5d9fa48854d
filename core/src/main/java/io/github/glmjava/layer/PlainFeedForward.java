package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/**
 * The feed-forward network without a gate: {@code down(gelu(up(x)))}.
 *
 * @param up the projection to the inner features
 * @param down the projection back to the residual stream
 * @param byTanh whether gelu is approximated with tanh, as the original code of some families does
 */
public record PlainFeedForward(Linear up, Linear down, boolean byTanh) implements FeedForward {
    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] result) {
        Kernels kernels = workspace.kernels();
        int width = up.outputs();
        float[] inner = workspace.inner(tokens * width);
        up.apply(workspace, input, tokens, inner);
        if (tokens == 1) {
            activate(kernels, inner, 0, width);
        } else {
            workspace.forEachToken(tokens, token -> activate(kernels, inner, token * width, width));
        }
        down.apply(workspace, inner, tokens, result);
    }

    private void activate(Kernels kernels, float[] values, int offset, int count) {
        if (byTanh) {
            kernels.geluByTanh(values, offset, count);
        } else {
            kernels.gelu(values, offset, count);
        }
    }
}
