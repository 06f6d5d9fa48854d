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
 * @param weights how large the matrices are
 */
public record GlmNetwork(
        GlmConfig config,
        Matrix embedding,
        @Nullable LearnedPositions positions,
        List<GlmBlock> blocks,
        Norm finalNorm,
        Matrix head,
        @Nullable Prefix prefix,
        WeightTotals weights) {
    /** Copies the list. */
    public GlmNetwork {
        blocks = List.copyOf(blocks);
    }

    /**
     * The bytes of weights that computing one token reads: everything but the experts that it does not go through and the
     * embedding, of which it needs one row, unless that is the head as well.
     */
    public long bytesPerToken() {
        long read = weights.bytes() - weights.idleBytes();
        return embedding.equals(head) ? read : read - embedding.format().bytes(embedding.rows(), embedding.columns());
    }

    /**
     * The multiply-adds of one token in the matrices of all layers, without attention and without the head; learned positions, of
     * which there are few, count as if they were multiplied.
     */
    public long layerMultiplyAdds() {
        long headElements = (long) head.rows() * head.columns();
        return weights.elements() - weights.idleElements() - (embedding.equals(head) ? 1 : 2) * headElements;
    }

    /** The part of {@link #layerMultiplyAdds} that only tokens need whose logits are asked for: behind the last keys and values. */
    public long lastMultiplyAdds() {
        return blocks.getLast().outputMultiplyAdds();
    }

    /** This network with a prefix. */
    public GlmNetwork withPrefix(@Nullable Prefix newPrefix) {
        return new GlmNetwork(config, embedding, positions, blocks, finalNorm, head, newPrefix, weights);
    }

    /** Slots of the cache that come before the first token. */
    int prefixLength() {
        return prefix == null ? 0 : prefix.length();
    }
}
