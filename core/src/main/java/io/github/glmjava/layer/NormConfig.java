package io.github.glmjava.layer;

/**
 * The norms of a block.
 *
 * @param epsilon added to the mean square or the variance
 * @param ofSublayerOutputs whether what a sublayer computes is normed once more before it is added to the stream
 */
public record NormConfig(float epsilon, boolean ofSublayerOutputs) {
    /** Norms in front of the sublayers only. */
    public NormConfig(double epsilon) {
        this((float) epsilon, false);
    }

    /** The same with norms behind the sublayers too. */
    public NormConfig withSublayerOutputs() {
        return new NormConfig(epsilon, true);
    }
}
