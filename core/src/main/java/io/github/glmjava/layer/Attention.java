package io.github.glmjava.layer;

/** The part of a block by which tokens look at each other. */
public sealed interface Attention permits GroupedAttention, LatentAttention {
    /**
     * Attends from new tokens to those in the cache and to themselves.
     *
     * @param layer the block's number
     * @param input {@code tokens x hiddenSize}
     * @param firstSlot the first token's place in the cache; the others follow
     * @param result receives {@code tokens x hiddenSize}
     */
    void apply(Workspace workspace, int layer, float[] input, int firstSlot, int tokens, float[] result);
}
