package io.github.glmjava.tokenizer.template;

/**
 * The value of what does not exist: prints as nothing, counts as false, and has no parts.
 *
 * @param name what was asked for
 */
record Undefined(String name) {}
