package io.github.glmjava.layer;

import io.github.glmjava.tensor.HeadFeatures;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head latent attention (DeepSeek-V2, section 2.1; modeling_glm4_moe_lite.py). Keys and values are linear in a small
 * latent c: {@code k_h = [U_h c, r]}, {@code v_h = V_h c}. The cache holds c and the turned features r alone, and the
 * projections are absorbed: {@code q_h . k_h = (U_h^T q_plain) . c + q_rotary . r}, and the sum of weighted values is
 * {@code V_h} times that of weighted latents. So every head reads the same short key, and a long context stays cheap.
 */
public final class LatentAttention implements Attention, PerToken {
    private final AttentionConfig config;
    private final LatentConfig latent;
    private final @Nullable Linear queryDown;
    private final @Nullable RmsNorm queryNorm;
    private final Linear query;
    private final Linear latentDown;
    private final RmsNorm latentNorm;
    private final List<Matrix> keysToLatent;
    private final List<Matrix> latentToValues;
    private final Linear output;

    /**
     * @param queryDown compresses queries, or null
     * @param queryNorm norms compressed queries, or null
     * @param query to all heads' queries, {@code [plain, rotary]} each
     * @param latentDown to the latent and the key's rotary features
     * @param latentNorm of the latent
     * @param keysToLatent for each head {@code U_h^T}, {@code rank x plainSize}
     * @param latentToValues for each head {@code V_h}, {@code valueSize x rank}
     * @param output from all heads' values back to the residual stream
     */
    public LatentAttention(
            AttentionConfig config,
            LatentConfig latent,
            @Nullable Linear queryDown,
            @Nullable RmsNorm queryNorm,
            Linear query,
            Linear latentDown,
            RmsNorm latentNorm,
            List<Matrix> keysToLatent,
            List<Matrix> latentToValues,
            Linear output) {
        this.config = config;
        this.latent = latent;
        this.queryDown = queryDown;
        this.queryNorm = queryNorm;
        this.query = query;
        this.latentDown = latentDown;
        this.latentNorm = latentNorm;
        this.keysToLatent = List.copyOf(keysToLatent);
        this.latentToValues = List.copyOf(latentToValues);
        this.output = output;
    }

    @Override
    public void project(Workspace workspace, int layer, float[] input, int tokens) {
        LatentSpace space = workspace.latentSpace();
        space.reserve(tokens);
        projectQueries(workspace, space, input, tokens);
        latentDown.apply(workspace, input, tokens, space.latents);
        workspace.forEachToken(this, layer, space.latents, workspace.queryKeyValue, tokens);
    }

    @Override
    public void attend(Workspace workspace, int layer, int tokens, float[] result) {
        LatentSpace space = workspace.latentSpace();
        HeadFeatures absorbed = space.absorbed.in(workspace.queryKeyValue);
        space.multiplication.multiply(keysToLatent, space.plainQueries.in(space.queries), tokens, absorbed);
        workspace.attentionPass().attend(layer, workspace.queryKeyValue, workspace.attention);
        HeadFeatures latents = space.attendedLatents.in(workspace.attention);
        space.multiplication.multiply(latentToValues, latents, tokens, space.headValues.in(space.values));
        output.apply(workspace, space.values, tokens, result);
    }

    @Override
    public long projectMultiplyAdds() {
        long down = queryDown == null ? 0 : queryDown.multiplyAdds();
        return down + query.multiplyAdds() + latentDown.multiplyAdds();
    }

    @Override
    public long attendMultiplyAdds() {
        return elements(keysToLatent) + elements(latentToValues) + output.multiplyAdds();
    }

    private static long elements(List<Matrix> matrices) {
        return matrices.stream().mapToLong(Matrix::elements).sum();
    }

    private void projectQueries(Workspace workspace, LatentSpace space, float[] input, int tokens) {
        if (queryDown != null && queryNorm != null) {
            queryDown.apply(workspace, input, tokens, space.compressed);
            queryNorm.apply(workspace, space.compressed, tokens, space.compressed);
            query.apply(workspace, space.compressed, tokens, space.queries);
        } else {
            query.apply(workspace, input, tokens, space.queries);
        }
    }

    /** Turns one token's queries and key, and puts its latent and key into the cache. */
    @Override
    public void run(Workspace workspace, int layer, float[] latents, float[] queryKeyValue, int token) {
        Kernels kernels = workspace.kernels();
        float[] queries = workspace.latentSpace().queries;
        RotaryEmbedding rotary = workspace.rotary();
        int rank = latent.rank();
        int key = token * config.keySize();
        latentNorm.applyInPlace(kernels, latents, key);
        rotary.rotate(kernels, token, latents, key + rank);
        KeyValueCache cache = workspace.rows().cache(token);
        int slot = workspace.rows().slot(token);
        cache.storeKey(layer, 0, slot, latents, key);
        cache.storeValue(layer, 0, slot, latents, key);
        for (int head = 0; head < config.heads(); head++) {
            int source = (token * config.heads() + head) * latent.querySize() + latent.plainSize();
            rotary.rotate(kernels, token, queries, source);
            int target = token * config.projectedSize() + config.queryOffset(head) + rank;
            System.arraycopy(queries, source, queryKeyValue, target, latent.rotarySize());
        }
    }
}
