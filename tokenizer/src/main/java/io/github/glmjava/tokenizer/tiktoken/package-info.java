/**
 * Byte-level BPE in the format of tiktoken: reading the ranks, splitting a text, and encoding the splits. Must not know of
 * special tokens and prompts.
 */
@NullMarked
package io.github.glmjava.tokenizer.tiktoken;

import org.jspecify.annotations.NullMarked;
