package io.github.glmjava.layer;

import org.jspecify.annotations.Nullable;

/**
 * The attention of a block, as the key-value cache sees it: query head h reads the keys and values of group
 * {@code h / (heads / groups)}.
 *
 * @param heads query heads
 * @param groups key and value heads; divides {@code heads}
 * @param keySize features of a query and of a key
 * @param valueSize features of a value
 * @param scale what products of queries and keys are multiplied with
 * @param queryKeyNorm whether each head's query and key is normed before it is turned
 * @param order in which order queries, keys and values are projected
 * @param inputBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the projection back to the residual stream has one
 * @param latent the projections of multi-head latent attention, or null
 */
public record AttentionConfig(
        int heads,
        int groups,
        int keySize,
        int valueSize,
        double scale,
        boolean queryKeyNorm,
        Order order,
        boolean inputBias,
        boolean outputBias,
        @Nullable LatentConfig latent) {
    /** In which order queries, keys and values are projected. */
    public enum Order {
        /** All queries, then all keys, then all values. */
        BY_KIND,
        /** Query, key and value of one head after another; there are as many groups as heads. */
        BY_HEAD
    }

    /** Attention whose heads are all of one size, scaled by its root (Vaswani et al. 2017), without biases. */
    public static AttentionConfig grouped(int heads, int groups, int headSize) {
        return new AttentionConfig(
                heads, groups, headSize, headSize, 1 / Math.sqrt(headSize), false, Order.BY_KIND, false, false, null);
    }

    /** The same with or without biases. */
    public AttentionConfig withBiases(boolean ofInput, boolean ofOutput) {
        return new AttentionConfig(
                heads, groups, keySize, valueSize, scale, queryKeyNorm, order, ofInput, ofOutput, latent);
    }

    /** The same with or without norms of queries and keys. */
    public AttentionConfig withQueryKeyNorm(boolean norm) {
        return new AttentionConfig(
                heads, groups, keySize, valueSize, scale, norm, order, inputBias, outputBias, latent);
    }

    /** The same in another order. */
    public AttentionConfig withOrder(Order other) {
        return new AttentionConfig(
                heads, groups, keySize, valueSize, scale, queryKeyNorm, other, inputBias, outputBias, latent);
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

    /** Where a head's query begins among a token's projected features. */
    int queryOffset(int head) {
        return order == Order.BY_KIND ? head * keySize : head * (2 * keySize + valueSize);
    }

    /** Where a group's key begins. */
    int keyOffset(int group) {
        return order == Order.BY_KIND ? querySize() + group * keySize : queryOffset(group) + keySize;
    }

    /** Where a group's value begins. */
    int valueOffset(int group) {
        return order == Order.BY_KIND
                ? querySize() + groups * keySize + group * valueSize
                : queryOffset(group) + 2 * keySize;
    }
}
