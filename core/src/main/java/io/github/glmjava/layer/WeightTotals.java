package io.github.glmjava.layer;

/**
 * How large the matrices of a network are, all together.
 *
 * @param bytes the memory, or the part of mapped files, that they take
 * @param elements how many numbers they hold
 * @param idleBytes of them in experts that one token does not go through
 * @param idleElements of them in such experts
 */
public record WeightTotals(long bytes, long elements, long idleBytes, long idleElements) {}
