package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code y = W x + b}, and what adapters add. */
public final class Linear implements Projection {
    private final Matrix weight;
    private final float @Nullable [] bias;
    private final @Nullable LowRankUpdate update;
    private final List<Matrix> onlyWeights;

    /**
     * @param weight {@code output features x input features}
     * @param bias one addend per output feature, or null
     * @param update what adapters add, or null
     */
    public Linear(Matrix weight, float @Nullable [] bias, @Nullable LowRankUpdate update) {
        this.weight = weight;
        this.bias = bias;
        this.update = update;
        onlyWeights = bias == null && update == null ? List.of(weight) : List.of();
    }

    @Override
    public int outputs() {
        return weight.rows();
    }

    @Override
    public long multiplyAdds() {
        return weight.elements();
    }

    @Override
    public List<Matrix> onlyWeights() {
        return onlyWeights;
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        apply(workspace, input, tokens, output, 0, outputs());
    }

    /** The same; the outputs of the first token go to {@code offset}, those of the next {@code stride} further. */
    void apply(Workspace workspace, float[] input, int tokens, float[] output, int offset, int stride) {
        workspace.multiplication().multiply(weight, input, tokens, output, offset, stride);
        if (bias != null) {
            Kernels kernels = workspace.kernels();
            for (int token = 0; token < tokens; token++) {
                kernels.add(output, offset + token * stride, bias, 0, bias.length);
            }
        }
        if (update != null) {
            update.apply(workspace, input, tokens, output, offset, stride);
        }
    }
}
