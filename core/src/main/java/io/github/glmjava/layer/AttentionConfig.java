package io.github.glmjava.layer;

/**
 * The attention of a block, as the key-value cache sees it: query head h reads the keys and values of group
 * {@code h / (heads / groups)}.
 *
 * @param heads query heads
 * @param groups key and value heads; divides {@code heads}
 * @param keySize features of a query and of a key
 * @param valueSize features of a value
 * @param scale what products of queries and keys are multiplied with
 * @param inputBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the projection back to the residual stream has one
 */
public record AttentionConfig(
        int heads, int groups, int keySize, int valueSize, double scale, boolean inputBias, boolean outputBias) {
    /** Attention whose heads are all of one size, scaled by its root (Vaswani et al. 2017), without biases. */
    public static AttentionConfig grouped(int heads, int groups, int headSize) {
        return new AttentionConfig(heads, groups, headSize, headSize, 1 / Math.sqrt(headSize), false, false);
    }

    /** The same with or without biases. */
    public AttentionConfig withBiases(boolean ofInput, boolean ofOutput) {
        return new AttentionConfig(heads, groups, keySize, valueSize, scale, ofInput, ofOutput);
    }

    /** Query heads that share one key and value head. */
    public int headsPerGroup() {
        return heads / groups;
    }

    /** Features of all queries together. */
    public int querySize() {
        return heads * keySize;
    }

    /** Features of queries, keys and values together. */
    public int projectedSize() {
        return querySize() + groups * (keySize + valueSize);
    }

    /** Features of all heads' outputs together. */
    public int outputSize() {
        return heads * valueSize;
    }
}
