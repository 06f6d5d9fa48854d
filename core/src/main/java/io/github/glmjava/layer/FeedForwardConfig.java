package io.github.glmjava.layer;

/**
 * The feed-forward networks.
 *
 * @param size the inner features of a dense network
 * @param activation between its matrices
 * @param bias whether its matrices have a bias
 */
public record FeedForwardConfig(int size, Activation activation, boolean bias) {
    /** What is between the matrices. */
    public enum Activation {
        /** {@code silu(gate) * up} (Shazeer 2020). */
        SWIGLU,
        /** The Gaussian error linear unit (Hendrycks and Gimpel 2016) by its approximation with tanh, without a gate. */
        GELU_TANH,
        /** The Gaussian error linear unit, without a gate. */
        GELU
    }
}
