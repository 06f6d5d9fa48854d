/**
 * Measures whole models: speed against the limits of the machine, with real weights or random ones of a published model's
 * shape, and the quality of predictions. Knows the inside of the engine; the engine does not know it.
 */
@NullMarked
package io.github.glmjava.evaluation;

import org.jspecify.annotations.NullMarked;
