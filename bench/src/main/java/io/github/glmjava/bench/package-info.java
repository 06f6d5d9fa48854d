/**
 * JMH benchmarks of the kernels and tokenizers, and a writer of checkpoints of real shapes with random weights.
 *
 * <p>Nothing else may depend on this.
 */
@NullMarked
package io.github.glmjava.bench;

import org.jspecify.annotations.NullMarked;
