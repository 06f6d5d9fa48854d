package io.github.glmjava.layer;

/** The part of a block that works on each token for itself. */
public sealed interface FeedForward permits GatedFeedForward, PlainFeedForward, MixtureOfExperts {
    /** Input and result are {@code tokens x hiddenSize}, row-major. */
    void apply(Workspace workspace, float[] input, int tokens, float[] result);

    /** The multiply-adds of one token in the matrices that it goes through, without those of adapters. */
    long multiplyAdds();
}
