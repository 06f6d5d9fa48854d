package io.github.glmjava.layer;

import org.jspecify.annotations.Nullable;

/**
 * One transformer block: {@code x += attention(norm(x)); x += feedForward(norm(x))}. In some families a further norm
 * stands behind each sublayer, before the addition.
 *
 * @param attentionNorm in front of the attention
 * @param attentionOutputNorm behind the attention, or null
 * @param feedForwardNorm in front of the feed-forward network
 * @param feedForwardOutputNorm behind the feed-forward network, or null
 */
public record GlmBlock(
        RmsNorm attentionNorm,
        Attention attention,
        @Nullable RmsNorm attentionOutputNorm,
        RmsNorm feedForwardNorm,
        FeedForward feedForward,
        @Nullable RmsNorm feedForwardOutputNorm) {
    /** Updates the residual stream {@code workspace.hidden} of {@code tokens} tokens, of which the first has this slot. */
    void apply(Workspace workspace, int layer, int firstSlot, int tokens) {
        attentionNorm.apply(workspace, workspace.hidden, tokens, workspace.normed);
        attention.apply(workspace, layer, workspace.normed, firstSlot, tokens, workspace.sublayer);
        addSublayer(workspace, tokens, attentionOutputNorm);

        feedForwardNorm.apply(workspace, workspace.hidden, tokens, workspace.normed);
        feedForward.apply(workspace, workspace.normed, tokens, workspace.sublayer);
        addSublayer(workspace, tokens, feedForwardOutputNorm);
    }

    private static void addSublayer(Workspace workspace, int tokens, @Nullable RmsNorm outputNorm) {
        if (outputNorm != null) {
            outputNorm.apply(workspace, workspace.sublayer, tokens, workspace.sublayer);
        }
        int size = tokens * workspace.config().hiddenSize();
        workspace.kernels().add(workspace.hidden, 0, workspace.sublayer, 0, size);
    }
}
