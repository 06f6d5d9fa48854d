/**
 * From logits to text: sampling, stopping and the decode loop.
 *
 * <p>Must not know of tensors, layers, families or checkpoint formats: the engine is a {@link
 * io.github.glmjava.generation.TokenSequence}, the family's way of writing prompts a {@link
 * io.github.glmjava.tokenizer.PromptFormat}.
 */
@NullMarked
package io.github.glmjava.generation;

import org.jspecify.annotations.NullMarked;
