/**
 * Tokenizers: text to token ids and back, exactly as the original implementations do it.
 *
 * <p>Must not know of tensors, checkpoints or models.
 */
@NullMarked
package io.github.glmjava.tokenizer;

import org.jspecify.annotations.NullMarked;
