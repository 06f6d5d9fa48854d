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
     * The multiply-adds of a prompt in all matrices, without attention and adapters: what follows the last block's keys and values,
     * and the head, are computed for its last token only.
     */
    public long promptMultiplyAdds(int tokens) {
        long all = head.elements();
        for (int layer = 0; layer < blocks.size(); layer++) {
            all += blocks.get(layer).multiplyAdds(tokens, layer < blocks.size() - 1 ? tokens : 1);
        }
        return all;
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
