/**
 * The command line: one class for each command, and what they share.
 *
 * <p>Must not know how models work: it uses what every program can use.
 */
@NullMarked
package io.github.glmjava.cli;

import org.jspecify.annotations.NullMarked;
