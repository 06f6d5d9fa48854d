package io.github.glmjava.layer;

import org.jspecify.annotations.Nullable;

/**
 * One transformer block: {@code x += attention(norm(x)); x += feedForward(norm(x))}. In some families a further norm
 * stands behind each sublayer, before the addition; or {@code norm(x)}, scaled, is what the sublayer's output is added to.
 *
 * @param attentionNorm in front of the attention
 * @param attentionOutputNorm behind the attention, or null
 * @param feedForwardNorm in front of the feed-forward network
 * @param feedForwardOutputNorm behind the feed-forward network, or null
 */
public record GlmBlock(
        Norm attentionNorm,
        Attention attention,
        @Nullable Norm attentionOutputNorm,
        Norm feedForwardNorm,
        FeedForward feedForward,
        @Nullable Norm feedForwardOutputNorm) {
    /**
     * Puts the keys and values of the workspace's tokens into their caches and updates the residual stream {@code workspace.hidden} of
     * the last {@code kept} of them; the others are dropped.
     */
    void apply(Workspace workspace, int layer, int kept) {
        int tokens = workspace.rows().count();
        attentionNorm.apply(workspace, workspace.hidden, tokens, workspace.normed);
        attention.project(workspace, layer, workspace.normed, tokens);
        if (kept < tokens) {
            workspace.keepLast(kept);
        }
        if (kept == 0) {
            return;
        }
        attention.attend(workspace, layer, kept, workspace.sublayer);
        addSublayer(workspace, kept, attentionOutputNorm);

        feedForwardNorm.apply(workspace, workspace.hidden, kept, workspace.normed);
        feedForward.apply(workspace, workspace.normed, kept, workspace.sublayer);
        addSublayer(workspace, kept, feedForwardOutputNorm);
    }

    /** The multiply-adds in the matrices of {@link #apply} with so many tokens, without those of adapters. */
    long multiplyAdds(int tokens, int kept) {
        return tokens * attention.projectMultiplyAdds()
                + kept * (attention.attendMultiplyAdds() + feedForward.multiplyAdds());
    }

    private static void addSublayer(Workspace workspace, int tokens, @Nullable Norm outputNorm) {
        if (outputNorm != null) {
            outputNorm.apply(workspace, workspace.sublayer, tokens, workspace.sublayer);
        }
        int size = tokens * workspace.config().hiddenSize();
        carry(workspace, size);
        workspace.kernels().add(workspace.hidden, 0, workspace.sublayer, 0, size);
    }

    /** Replaces the residual stream by its scaled norm, in the families where that is what is carried on. */
    private static void carry(Workspace workspace, int size) {
        float scale = workspace.config().norm().carriedScale();
        if (scale != 0) {
            for (int i = 0; i < size; i++) {
                workspace.hidden[i] = scale * workspace.normed[i];
            }
        }
    }
}
