package io.github.glmjava.layer;

/**
 * The architecture of a GLM, whatever its family calls things. A family reads its own {@code config.json} into this
 * record; layers look at nothing else.
 *
 * @param vocabularySize rows of the embedding and of the output head, padding included
 * @param hiddenSize features of the residual stream
 * @param layers the number of blocks
 * @param heads query heads of a layer
 * @param queryGroups key and value heads of a layer; divides {@code heads}
 * @param headSize features of a head
 * @param feedForwardSize inner features of the feed-forward network
 * @param normEpsilon added to the mean square in every norm
 * @param rotarySize leading features of a head that the rotary embedding turns, an even number
 * @param rotaryBase the base of the rotary frequencies
 * @param positionScale positions are divided by this before they turn anything: 1 except for interpolated contexts
 * @param contextLength the most tokens of a sequence
 * @param attentionBias whether queries, keys and values have a bias
 * @param linearBias whether the attention output and the feed-forward matrices have a bias
 */
public record GlmConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int queryGroups,
        int headSize,
        int feedForwardSize,
        float normEpsilon,
        int rotarySize,
        double rotaryBase,
        double positionScale,
        int contextLength,
        boolean attentionBias,
        boolean linearBias) {
    /** Query heads that share one key and value head. */
    public int headsPerGroup() {
        return heads / queryGroups;
    }

    /** Features of all query heads together. */
    public int attentionSize() {
        return heads * headSize;
    }

    /** Features of the fused projection: all queries, then the groups' keys, then their values. */
    public int queryKeyValueSize() {
        return (heads + 2 * queryGroups) * headSize;
    }
}
