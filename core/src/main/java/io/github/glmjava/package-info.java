/**
 * All that a program imports to generate text: requests, options, results and chat sessions.
 *
 * <p>Must not know of tensors, layers or file formats; those are reached through the internal packages.
 */
@NullMarked
package io.github.glmjava;

import org.jspecify.annotations.NullMarked;
