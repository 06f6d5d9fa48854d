/**
 * Byte-level BPE in the format of HuggingFace's {@code tokenizer.json}: reading the file, finding added tokens in a text,
 * splitting it, and merging. Must not know of prompts and model families.
 */
@NullMarked
package io.github.glmjava.tokenizer.huggingface;

import org.jspecify.annotations.NullMarked;
