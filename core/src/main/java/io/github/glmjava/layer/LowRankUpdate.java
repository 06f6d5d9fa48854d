package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;

/**
 * What low-rank adapters add to a linear layer: {@code y += B (A x)} (Hu et al. 2021). Computed beside the layer's own
 * matrix, which may therefore be stored as anything.
 *
 * @param down A, {@code rank x input features}
 * @param up B, {@code output features x rank}, with all scaling in it
 */
public record LowRankUpdate(Matrix down, Matrix up) {
    /** Adds to the output features of each token, the first of which are at {@code offset} and the next {@code stride} further. */
    void apply(Workspace workspace, float[] input, int tokens, float[] output, int offset, int stride) {
        int size = up.rows();
        workspace.reserveUpdate(tokens * down.rows(), tokens * size);
        workspace.multiplication().multiply(down, input, tokens, workspace.lowRank);
        workspace.multiplication().multiply(up, workspace.lowRank, tokens, workspace.update);
        for (int token = 0; token < tokens; token++) {
            workspace.kernels().add(output, offset + token * stride, workspace.update, token * size, size);
        }
    }
}
