package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import org.jspecify.annotations.Nullable;

/** {@code y = W x + b}. */
public final class Linear implements Projection {
    private final Matrix weight;
    private final float @Nullable [] bias;

    /**
     * @param weight {@code output features x input features}
     * @param bias one addend per output feature, or null
     */
    public Linear(Matrix weight, float @Nullable [] bias) {
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public int outputs() {
        return weight.rows();
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        workspace.multiplication().multiply(weight, input, tokens, output);
        if (bias != null) {
            Kernels kernels = workspace.kernels();
            for (int token = 0; token < tokens; token++) {
                kernels.add(output, token * bias.length, bias, 0, bias.length);
            }
        }
    }
}
