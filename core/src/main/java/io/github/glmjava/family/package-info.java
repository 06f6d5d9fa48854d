/**
 * The model families: each one reads its own dialect of {@code config.json}, names its tensors and knows its prompts. A
 * family is one small file; the rest of this package turns what it says into a network.
 *
 * <p>Must not compute anything: what the layers do follows from {@link io.github.glmjava.layer.GlmConfig} alone.
 */
@NullMarked
package io.github.glmjava.family;

import org.jspecify.annotations.NullMarked;
