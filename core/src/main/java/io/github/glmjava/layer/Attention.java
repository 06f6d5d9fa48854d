package io.github.glmjava.layer;

/** The part of a block by which tokens look at each other. */
public sealed interface Attention permits GroupedAttention, LatentAttention {
    /**
     * Attends from the workspace's tokens to what they see of their caches.
     *
     * @param layer the block's number
     * @param input {@code tokens x hiddenSize}
     * @param result receives {@code tokens x hiddenSize}
     */
    void apply(Workspace workspace, int layer, float[] input, int tokens, float[] result);
}
