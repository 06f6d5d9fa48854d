/**
 * The prompts of the GLM family: special tokens, chat formats, tool descriptions, and the clean-up of answers. One
 * small class per family, each after the family's {@code tokenization_chatglm.py} and {@code modeling_chatglm.py}. Must not
 * know of models and generation.
 */
@NullMarked
package io.github.glmjava.tokenizer.glm;

import org.jspecify.annotations.NullMarked;
