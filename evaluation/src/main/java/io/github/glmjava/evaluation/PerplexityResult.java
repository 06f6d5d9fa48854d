package io.github.glmjava.evaluation;

/**
 * How well a model predicted a text.
 *
 * @param perplexity {@code exp} of the mean negative log-likelihood
 * @param standardError of the perplexity, taking the tokens for independent
 * @param countedTokens tokens whose likelihood went into it
 * @param tokens of the whole text
 * @param windows that the text was cut into
 */
public record PerplexityResult(double perplexity, double standardError, long countedTokens, int tokens, int windows) {}
