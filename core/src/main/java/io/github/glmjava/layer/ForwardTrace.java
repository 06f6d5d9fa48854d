package io.github.glmjava.layer;

/** Looks at the residual stream between layers: for tests that compare every layer with a reference. */
public interface ForwardTrace {
    /**
     * Sees the activations of some new tokens.
     *
     * @param layer -1 for the embeddings, then 0, 1, ... for the output of each block, and the number of blocks for the
     *     output of the final norm (only of tokens whose logits are computed)
     * @param firstPosition the first token's position
     * @param values {@code tokens x hiddenSize}, valid during the call
     */
    void activations(int layer, int firstPosition, float[] values, int tokens);
}
