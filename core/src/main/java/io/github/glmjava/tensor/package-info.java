/**
 * Matrices in their storage formats, the kernels that multiply them, and the worker team.
 *
 * <p>Must not know of layers, families, checkpoints or tokens.
 */
@NullMarked
package io.github.glmjava.tensor;

import org.jspecify.annotations.NullMarked;
