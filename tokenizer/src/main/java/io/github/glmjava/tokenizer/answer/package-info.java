/**
 * Takes apart what models write: reasoning, text, calls of tools. An answer runs, character by character, through a few stages
 * ({@link io.github.glmjava.tokenizer.answer.TextStage}) that hold back what is not certain yet. Must not know of prompts, nor of
 * token ids, but for the one that {@link io.github.glmjava.tokenizer.answer.NamedTokenDecoder} shows in the text.
 */
@NullMarked
package io.github.glmjava.tokenizer.answer;

import org.jspecify.annotations.NullMarked;
