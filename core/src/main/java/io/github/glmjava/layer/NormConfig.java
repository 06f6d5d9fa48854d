package io.github.glmjava.layer;

/**
 * The norms of a block and what is carried past its sublayers.
 *
 * @param kind how features are normed
 * @param epsilon added to the mean square or the variance
 * @param ofSublayerOutputs whether what a sublayer computes is normed once more before it is added to the stream
 * @param carriedScale 0 for the usual residual stream, {@code x + f(norm(x))}; else what the normed input is multiplied
 *     with where that is what goes on: {@code carriedScale * norm(x) + f(norm(x))}
 */
public record NormConfig(Kind kind, float epsilon, boolean ofSublayerOutputs, float carriedScale) {
    /** How features are normed. */
    public enum Kind {
        /** By their root mean square, with a weight. */
        ROOT_MEAN_SQUARE,
        /** By mean and variance, with a weight and a bias. */
        MEAN_AND_VARIANCE
    }

    /** Norms in front of the sublayers of the usual residual stream. */
    public NormConfig(Kind kind, double epsilon) {
        this(kind, (float) epsilon, false, 0);
    }

    /** The same with norms behind the sublayers too. */
    public NormConfig withSublayerOutputs() {
        return new NormConfig(kind, epsilon, true, carriedScale);
    }

    /** The same with the normed input carried on. */
    public NormConfig withCarriedScale(double scale) {
        return new NormConfig(kind, epsilon, ofSublayerOutputs, (float) scale);
    }
}
