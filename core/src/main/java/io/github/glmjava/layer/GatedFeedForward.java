package io.github.glmjava.layer;

import io.github.glmjava.tensor.GatedMultiplication;
import io.github.glmjava.tensor.Matrix;
import java.util.List;

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
        float[] activated = workspace.activated(tokens * width);
        if (!multiplied(workspace.gatedMultiplication(), width, input, tokens, activated)) {
            float[] gates = workspace.inner(tokens * 2 * width);
            gateAndUp.apply(workspace, input, tokens, gates);
            workspace.forEachToken(this, 0, gates, activated, tokens);
        }
        down.apply(workspace, activated, tokens, result);
    }

    /** Computes gates, ups and what becomes of them in one go where the multiplication can. */
    private boolean multiplied(
            GatedMultiplication multiplication, int width, float[] input, int tokens, float[] activated) {
        List<Matrix> weights = gateAndUp.onlyWeights();
        return (weights.size() == 1 || weights.size() == 2)
                && multiplication.multiply(weights.getFirst(), weights.getLast(), width, input, tokens, activated);
    }

    @Override
    public long multiplyAdds() {
        return gateAndUp.multiplyAdds() + down.multiplyAdds();
    }

    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] output, int token) {
        int width = gateAndUp.outputs() / 2;
        workspace.kernels().swiGlu(input, token * 2 * width, width, output, token * width);
    }
}
