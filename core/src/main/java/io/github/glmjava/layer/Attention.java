package io.github.glmjava.layer;

/** The part of a block by which tokens look at each other. */
public sealed interface Attention permits GroupedAttention, LatentAttention {
    /**
     * Projects the workspace's tokens to queries, keys and values, and puts keys and values into their caches.
     *
     * @param layer the block's number
     * @param input {@code tokens x hiddenSize}
     */
    void project(Workspace workspace, int layer, float[] input, int tokens);

    /**
     * Attends with the queries of the tokens that the workspace has kept to what they see of their caches.
     *
     * @param layer the block's number
     * @param result receives {@code tokens x hiddenSize}
     */
    void attend(Workspace workspace, int layer, int tokens, float[] result);

    /** The multiply-adds of one token in the matrices of {@link #project}, without those of adapters. */
    long projectMultiplyAdds();

    /** The same of {@link #attend}. */
    long attendMultiplyAdds();
}
