/**
 * A second opinion on every number: the forward pass of the GLM models in double precision, written from the formulas
 * of the papers. It is meant to be read beside them; it is slow and has no cache, no batching and no quantisation.
 *
 * <p>All activations are matrices with one row a token. Must not know of the engine's layers, kernels or configuration;
 * of the project it uses only the stored tensors.
 */
@NullMarked
package io.github.glmjava.reference;

import org.jspecify.annotations.NullMarked;
