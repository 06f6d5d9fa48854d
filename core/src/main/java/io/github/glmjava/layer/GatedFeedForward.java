package io.github.glmjava.layer;

/**
 * The gated feed-forward network: {@code down(silu(gate(x)) * up(x))}.
 *
 * @param gateAndUp to all gates, then all ups
 * @param down the projection back to the residual stream
 */
public record GatedFeedForward(Projection gateAndUp, Linear down) implements FeedForward, PerToken {
    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] result) {
        int width = gateAndUp.outputs() / 2;
        float[] gates = workspace.inner(tokens * 2 * width);
        float[] activated = workspace.activated(tokens * width);
        gateAndUp.apply(workspace, input, tokens, gates);
        workspace.forEachToken(this, 0, gates, activated, tokens);
        down.apply(workspace, activated, tokens, result);
    }

    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] output, int token) {
        int width = gateAndUp.outputs() / 2;
        workspace.kernels().swiGlu(input, token * 2 * width, width, output, token * width);
    }
}
