package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole network, immutable and shared by all sequences.
 *
 * @param config the architecture
 * @param embedding {@code vocabularySize x hiddenSize}
 * @param positions added to the embeddings, or null
 * @param blocks the layers in order
 * @param finalNorm in front of the output head
 * @param head {@code vocabularySize x hiddenSize}
 * @param prefix comes before every sequence, or null
 * @param weightBytes the memory, or the part of mapped files, that the matrices take
 */
public record GlmNetwork(
        GlmConfig config,
        Matrix embedding,
        @Nullable LearnedPositions positions,
        List<GlmBlock> blocks,
        Norm finalNorm,
        Matrix head,
        @Nullable Prefix prefix,
        long weightBytes) {
    /** Copies the list. */
    public GlmNetwork {
        blocks = List.copyOf(blocks);
    }

    /** This network with a prefix. */
    public GlmNetwork withPrefix(@Nullable Prefix newPrefix) {
        return new GlmNetwork(config, embedding, positions, blocks, finalNorm, head, newPrefix, weightBytes);
    }

    /** Slots of the cache that come before the first token. */
    int prefixLength() {
        return prefix == null ? 0 : prefix.length();
    }
}
