package io.github.glmjava;

import java.util.Map;

/**
 * What a loaded model is.
 *
 * @param family the model family, for instance "ChatGLM3"
 * @param layers the number of transformer blocks
 * @param hiddenSize features of the residual stream
 * @param heads query heads of a layer
 * @param queryGroups key and value heads of a layer
 * @param headSize features of a head
 * @param feedForwardSize inner features of the feed-forward network
 * @param vocabularySize the number of logits, padding included
 * @param contextLength the most tokens of prompt and answer together
 * @param parameters the number of weights in the checkpoint
 * @param weightBytes the bytes that they take in the checkpoint
 * @param bytesByType the same bytes by element type, for instance "BF16"
 * @param memoryBytes the memory that the weight matrices take in the format in which they were loaded, or the part of
 *     mapped files
 * @param keyValueBytesPerToken memory that each token of a sequence takes in the key-value cache
 * @param kernels which kernels run, for instance "Vector API, 512 bits"
 * @param threads how many threads work on a token
 */
public record ModelInfo(
        String family,
        int layers,
        int hiddenSize,
        int heads,
        int queryGroups,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int contextLength,
        long parameters,
        long weightBytes,
        Map<String, Long> bytesByType,
        long memoryBytes,
        long keyValueBytesPerToken,
        String kernels,
        int threads) {
    /** Copies the map. */
    public ModelInfo {
        bytesByType = Map.copyOf(bytesByType);
    }
}
