package io.github.glmjava.layer;

import org.jspecify.annotations.Nullable;

/**
 * The feed-forward networks.
 *
 * @param size the inner features of a dense network
 * @param activation between its matrices
 * @param bias whether its matrices have a bias
 * @param experts the mixtures of experts, or null where every layer is dense
 */
public record FeedForwardConfig(
        int size,
        Activation activation,
        boolean bias,
        @Nullable ExpertsConfig experts) {
    /** What is between the matrices. */
    public enum Activation {
        /** {@code silu(gate) * up} (Shazeer 2020). */
        SWIGLU,
        /** The Gaussian error linear unit (Hendrycks and Gimpel 2016) by its approximation with tanh, without a gate. */
        GELU_TANH,
        /** The Gaussian error linear unit, without a gate. */
        GELU
    }

    /** Dense networks in every layer. */
    public FeedForwardConfig(int size, Activation activation, boolean bias) {
        this(size, activation, bias, null);
    }

    /** The same with mixtures of experts in some layers. */
    public FeedForwardConfig withExperts(ExpertsConfig mixtures) {
        return new FeedForwardConfig(size, activation, bias, mixtures);
    }

    /** The mixture of experts of a layer, or null if its network is dense. */
    public @Nullable ExpertsConfig expertsOf(int layer) {
        return experts != null && layer >= experts.firstLayer() ? experts : null;
    }
}
