/**
 * The demo model and how to get at its files.
 *
 * <p>Must not know of the engine: it hands out a folder, and whoever loads it does the rest.
 */
@NullMarked
package io.github.glmjava.demo;

import org.jspecify.annotations.NullMarked;
