/**
 * The transformer of the GLM family: one set of block layers, driven by {@link io.github.glmjava.layer.GlmConfig}, and the
 * state of one sequence that runs through them.
 *
 * <p>Must not know of model families, checkpoints, text or sampling.
 */
@NullMarked
package io.github.glmjava.layer;

import org.jspecify.annotations.NullMarked;
