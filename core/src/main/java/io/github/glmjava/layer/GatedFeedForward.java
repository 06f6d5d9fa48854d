package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/**
 * The gated feed-forward network: {@code down(silu(gate(x)) * up(x))}.
 *
 * @param gateAndUp to all gates, then all ups
 * @param down the projection back to the residual stream
 */
public record GatedFeedForward(Projection gateAndUp, Linear down) implements FeedForward {
    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] result) {
        Kernels kernels = workspace.kernels();
        int width = gateAndUp.outputs() / 2;
        float[] gates = workspace.inner(tokens * 2 * width);
        float[] activated = workspace.activated(tokens * width);
        gateAndUp.apply(workspace, input, tokens, gates);
        if (tokens == 1) {
            kernels.swiGlu(gates, 0, width, activated, 0);
        } else {
            workspace.forEachToken(
                    tokens, token -> kernels.swiGlu(gates, token * 2 * width, width, activated, token * width));
        }
        down.apply(workspace, activated, tokens, result);
    }
}
