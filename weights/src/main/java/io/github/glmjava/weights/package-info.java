/**
 * Checkpoint files as named, typed, memory-mapped tensors.
 *
 * <p>Must not know of models, layers or tokenizers.
 */
@NullMarked
package io.github.glmjava.weights;

import org.jspecify.annotations.NullMarked;
