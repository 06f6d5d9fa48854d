package io.github.glmjava.layer;

/**
 * How large the matrices of a network are, all together.
 *
 * @param bytes the memory, or the part of mapped files, that they take
 * @param idleBytes of them in experts that one token does not go through
 */
public record WeightTotals(long bytes, long idleBytes) {}
