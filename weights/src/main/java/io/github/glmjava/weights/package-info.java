/**
 * Checkpoint files as named, typed, memory-mapped tensors, and the writers of such files.
 *
 * <p>{@link io.github.glmjava.weights.Checkpoint#open} reads a model folder or a single file, of safetensors or PyTorch;
 * {@link io.github.glmjava.weights.SafetensorsWriter} and {@link io.github.glmjava.weights.ShardedSafetensorsWriter} write
 * one. All files are untrusted: whatever is wrong with them ends in a
 * {@link io.github.glmjava.weights.CheckpointException}.
 *
 * <p>Must not know of models, layers or tokenizers.
 */
@NullMarked
package io.github.glmjava.weights;

import org.jspecify.annotations.NullMarked;
