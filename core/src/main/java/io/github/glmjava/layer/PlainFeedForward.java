package io.github.glmjava.layer;

/**
 * The feed-forward network without a gate: {@code down(gelu(up(x)))}.
 *
 * @param up the projection to the inner features
 * @param down the projection back to the residual stream
 * @param byTanh whether gelu is approximated with tanh, as the original code of some families does
 */
public record PlainFeedForward(Linear up, Linear down, boolean byTanh) implements FeedForward, PerToken {
    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] result) {
        float[] inner = workspace.inner(tokens * up.outputs());
        up.apply(workspace, input, tokens, inner);
        workspace.forEachToken(this, 0, inner, inner, tokens);
        down.apply(workspace, inner, tokens, result);
    }

    @Override
    public long multiplyAdds() {
        return up.multiplyAdds() + down.multiplyAdds();
    }

    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] output, int token) {
        int width = up.outputs();
        if (byTanh) {
            workspace.kernels().geluByTanh(output, token * width, width);
        } else {
            workspace.kernels().gelu(output, token * width, width);
        }
    }
}
