/**
 * Chat templates: a renderer for the part of Jinja in which models describe their prompts. It knows values and text alone: no
 * template can reach a Java object, a file or the clock, and steps, depth and output are limited. It remembers for every
 * character whether it comes from the template or from data, so that data never becomes a control token. Must not know of
 * tokens.
 */
@NullMarked
package io.github.glmjava.tokenizer.template;

import org.jspecify.annotations.NullMarked;
