package io.github.glmjava.layer;

/**
 * The feed-forward networks.
 *
 * @param size the inner features of a dense network
 * @param bias whether its matrices have a bias
 */
public record FeedForwardConfig(int size, boolean bias) {}
