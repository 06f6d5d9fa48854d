package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;

/**
 * Multi-query attention (Shazeer 2019; grouped: Ainslie et al. 2023) with rotary positions: query head h reads the keys
 * and values of group {@code h / (heads / groups)}.
 *
 * @param queryKeyValue to all queries, then keys, then values
 * @param output the projection of all heads' outputs back to the residual stream
 */
public record Attention(Projection queryKeyValue, Linear output) {
    void apply(Workspace workspace, int layer, float[] input, int firstPosition, int tokens, float[] result) {
        queryKeyValue.apply(workspace, input, tokens, workspace.queryKeyValue);
        if (tokens == 1) {
            rotateAndStore(workspace, layer, firstPosition, 0);
        } else {
            workspace.forEachToken(tokens, token -> rotateAndStore(workspace, layer, firstPosition + token, token));
        }
        workspace.attentionPass().attend(layer, workspace.queryKeyValue, workspace.attention, firstPosition, tokens);
        output.apply(workspace, workspace.attention, tokens, result);
    }

    /** Turns one token's queries and keys and puts its keys and values into the cache. */
    private static void rotateAndStore(Workspace workspace, int layer, int position, int token) {
        AttentionConfig config = workspace.config().attention();
        Kernels kernels = workspace.kernels();
        KeyValueCache cache = workspace.cache();
        float[] features = workspace.queryKeyValue;
        int size = config.keySize();
        int rotated = workspace.config().rotary().size();
        int first = token * config.projectedSize();
        int table = token * rotated;
        for (int head = 0; head < config.heads() + config.groups(); head++) {
            kernels.rotatePairs(features, first + head * size, workspace.cosines, workspace.sines, table, rotated);
        }
        int keys = first + config.querySize();
        int values = keys + config.groups() * size;
        for (int group = 0; group < config.groups(); group++) {
            cache.storeKey(layer, group, position, features, keys + group * size);
            cache.storeValue(layer, group, position, features, values + group * size);
        }
    }
}
