package io.github.glmjava.reference;

/**
 * What of a model's configuration the formulas depend on, whatever file it came from.
 *
 * @param layers the number of transformer layers
 * @param heads the number of query heads
 * @param groups the number of key and value heads
 * @param headSize the elements of one head
 * @param normEpsilon the epsilon of all norms
 * @param rotary the position embedding of queries and keys
 */
public record ReferenceConfig(int layers, int heads, int groups, int headSize, double normEpsilon, Rotary rotary) {}
