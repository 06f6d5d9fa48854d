/**
 * GGUF files as model folders: what {@code config.json}, the tokenizer and the tensors of the same model would be in the
 * layout in which it was published. Knows how llama.cpp names things (its {@code conversion/} scripts and
 * {@code gguf-py/gguf/constants.py}), and nothing of networks: families read the result like any other folder.
 */
@NullMarked
package io.github.glmjava.gguf;

import org.jspecify.annotations.NullMarked;
