/**
 * JMH benchmarks of the kernels, and tools to measure whole models of real shapes without their weights.
 *
 * <p>Nothing else may depend on this.
 */
@NullMarked
package io.github.glmjava.bench;

import org.jspecify.annotations.NullMarked;
