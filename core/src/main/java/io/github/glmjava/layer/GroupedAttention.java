package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Multi-query attention (Shazeer 2019; grouped: Ainslie et al. 2023) with rotary positions: query head h reads the keys
 * and values of group {@code h / (heads / groups)}.
 *
 * @param queryKeyValue to all queries, then keys, then values
 * @param queryNorm for each head's query before it is turned, or null
 * @param keyNorm for each head's key before it is turned, or null
 * @param output the projection of all heads' outputs back to the residual stream
 */
public record GroupedAttention(
        Projection queryKeyValue,
        @Nullable RmsNorm queryNorm,
        @Nullable RmsNorm keyNorm,
        Linear output) implements Attention, PerToken {
    @Override
    public void project(Workspace workspace, int layer, float[] input, int tokens) {
        queryKeyValue.apply(workspace, input, tokens, workspace.queryKeyValue);
        workspace.forEachToken(this, layer, workspace.queryKeyValue, workspace.queryKeyValue, tokens);
    }

    @Override
    public void attend(Workspace workspace, int layer, int tokens, float[] result) {
        workspace.attentionPass().attend(layer, workspace.queryKeyValue, workspace.attention);
        output.apply(workspace, workspace.attention, tokens, result);
    }

    @Override
    public long projectMultiplyAdds() {
        return queryKeyValue.multiplyAdds();
    }

    @Override
    public long attendMultiplyAdds() {
        return output.multiplyAdds();
    }

    /** Turns one token's queries and keys and puts its keys and values into the cache. */
    @Override
    public void run(Workspace workspace, int layer, float[] input, float[] features, int token) {
        AttentionConfig config = workspace.config().attention();
        Kernels kernels = workspace.kernels();
        KeyValueCache cache = workspace.rows().cache(token);
        int slot = workspace.rows().slot(token);
        RotaryEmbedding rotary = workspace.rotary();
        int first = token * config.projectedSize();
        for (int head = 0; head < config.heads(); head++) {
            int query = first + config.queryOffset(head);
            if (queryNorm != null) {
                queryNorm.applyInPlace(kernels, features, query);
            }
            rotary.rotate(kernels, token, features, query);
        }
        for (int group = 0; group < config.groups(); group++) {
            int key = first + config.keyOffset(group);
            if (keyNorm != null) {
                keyNorm.applyInPlace(kernels, features, key);
            }
            rotary.rotate(kernels, token, features, key);
            cache.storeKey(layer, group, slot, features, key);
            cache.storeValue(layer, group, slot, features, first + config.valueOffset(group));
        }
    }
}
