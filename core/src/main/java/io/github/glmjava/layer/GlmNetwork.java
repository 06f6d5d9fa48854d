package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;
import java.util.List;

/**
 * The whole network, immutable and shared by all sequences.
 *
 * @param config the architecture
 * @param embedding {@code vocabularySize x hiddenSize}
 * @param blocks the layers in order
 * @param finalNorm in front of the output head
 * @param head {@code vocabularySize x hiddenSize}
 * @param weightBytes the memory, or the part of mapped files, that the matrices take
 */
public record GlmNetwork(
        GlmConfig config, Matrix embedding, List<GlmBlock> blocks, Norm finalNorm, Matrix head, long weightBytes) {
    /** Copies the list. */
    public GlmNetwork {
        blocks = List.copyOf(blocks);
    }
}
