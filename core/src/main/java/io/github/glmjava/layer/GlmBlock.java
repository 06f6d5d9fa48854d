package io.github.glmjava.layer;

/**
 * One transformer block with norms in front of its sublayers: {@code x += attention(norm(x)); x += feedForward(norm(x))}.
 *
 * @param attentionNorm in front of the attention
 * @param feedForwardNorm in front of the feed-forward network
 */
public record GlmBlock(RmsNorm attentionNorm, Attention attention, RmsNorm feedForwardNorm, FeedForward feedForward) {
    /** Updates the residual stream {@code workspace.hidden} of {@code tokens} tokens, of which the first has this slot. */
    void apply(Workspace workspace, int layer, int firstSlot, int tokens) {
        int size = tokens * workspace.config().hiddenSize();
        attentionNorm.apply(workspace, workspace.hidden, tokens, workspace.normed);
        attention.apply(workspace, layer, workspace.normed, firstSlot, tokens, workspace.sublayer);
        workspace.kernels().add(workspace.hidden, 0, workspace.sublayer, 0, size);

        feedForwardNorm.apply(workspace, workspace.hidden, tokens, workspace.normed);
        feedForward.apply(workspace, workspace.normed, tokens, workspace.sublayer);
        workspace.kernels().add(workspace.hidden, 0, workspace.sublayer, 0, size);
    }
}
