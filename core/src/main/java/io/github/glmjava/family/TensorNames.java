package io.github.glmjava.family;

import java.util.List;

/**
 * What a family calls its tensors. In the names of a block's tensors {@code {layer}} stands for its number, from 0. A
 * bias has its weight's name with {@code bias} for {@code weight}.
 *
 * @param embedding {@code vocabulary x hidden}
 * @param attentionNorm in front of the attention
 * @param queryKeyValue queries, keys and values in one
 * @param attentionOutput back to the residual stream
 * @param feedForwardNorm in front of the feed-forward network
 * @param gateAndUp gates, then ups, in one
 * @param down back to the residual stream
 * @param finalNorm in front of the output head
 * @param head {@code vocabulary x hidden}
 * @param ignored endings of names that the original code does not use either
 */
public record TensorNames(
        String embedding,
        String attentionNorm,
        String queryKeyValue,
        String attentionOutput,
        String feedForwardNorm,
        String gateAndUp,
        String down,
        String finalNorm,
        String head,
        List<String> ignored) {
    /** Copies the list. */
    public TensorNames {
        ignored = List.copyOf(ignored);
    }

    /** The name of a block's tensor. */
    static String inLayer(String name, int layer) {
        return name.replace("{layer}", Integer.toString(layer));
    }
}
