package io.github.glmjava.layer;

/**
 * The projections of multi-head latent attention (DeepSeek-AI 2024, DeepSeek-V2, section 2.1).
 *
 * @param queryRank features that queries are compressed to, or 0 if they are not
 * @param rank features of the latent that all heads' keys and values are made from
 * @param plainSize features of a head's query and key that are not turned
 * @param rotarySize further features, turned by the position; those of the key are the same for all heads
 * @param valueSize features of a head's value
 * @param normEpsilon of the norms of the compressed queries and of the latent
 * @param bias whether the projections from and to the residual stream have a bias
 */
public record LatentConfig(
        int queryRank, int rank, int plainSize, int rotarySize, int valueSize, float normEpsilon, boolean bias) {
    /** Features of a head's query as it is projected. */
    public int querySize() {
        return plainSize + rotarySize;
    }

    /**
     * This attention as the cache sees it: one key for all heads, the latent and the turned features, and one value, the
     * latent.
     */
    public AttentionConfig attention(int heads) {
        return new AttentionConfig(
                heads,
                1,
                rank + rotarySize,
                rank,
                1 / Math.sqrt(querySize()),
                false,
                AttentionConfig.Order.BY_KIND,
                bias,
                bias,
                this);
    }
}
