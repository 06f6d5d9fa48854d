package io.github.glmjava;

/**
 * How many tokens a generation took.
 *
 * @param promptTokens tokens of the whole prompt, in a chat the whole conversation so far
 * @param cachedTokens those of the prompt's tokens that did not have to be computed again
 * @param generatedTokens tokens of the answer, without a stop token
 */
public record Usage(int promptTokens, int cachedTokens, int generatedTokens) {}
