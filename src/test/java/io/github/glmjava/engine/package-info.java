/**
 * The engine from outside: against the reference and the golden checkpoints, through the public API and one level below
 * it. Must not know how layers and kernels compute.
 */
@NullMarked
package io.github.glmjava.engine;

import org.jspecify.annotations.NullMarked;
