package io.github.glmjava.evaluation;

/**
 * Logits that a model with rounded weights gives tokens which go where the weights as stored send them.
 *
 * @param logits {@code tokens x vocabularySize}
 * @param choices how often experts were chosen: once for each token and each layer that has some
 * @param turned how many of these choices the rounded weights would have made otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // as the model returns them
public record RoutedLogits(float[][] logits, int choices, int turned) {}
