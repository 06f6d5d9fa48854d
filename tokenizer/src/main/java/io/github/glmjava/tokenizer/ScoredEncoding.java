package io.github.glmjava.tokenizer;

/**
 * One of several encodings of a text.
 *
 * @param encoding the ids with their places in the text
 * @param score the sum of the pieces' scores, the logarithm of a probability: higher is better
 */
public record ScoredEncoding(Encoding encoding, float score) {}
