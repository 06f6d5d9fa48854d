/**
 * Tokenizers: text to token ids and back, exactly as the original implementations do it. Useful without any model:
 * {@link io.github.glmjava.tokenizer.TokenizerFiles#load} opens a file, {@link io.github.glmjava.tokenizer.Tokenizer} encodes and
 * decodes, {@link io.github.glmjava.tokenizer.Encoding} tells which part of the text each id stands for.
 *
 * <p>Must not know of tensors, checkpoints or models.
 */
@NullMarked
package io.github.glmjava.tokenizer;

import org.jspecify.annotations.NullMarked;
