/**
 * Takes apart what models write: reasoning, text, calls of tools. An answer runs, character by character, through a few stages
 * ({@link io.github.glmjava.tokenizer.answer.TextStage}) that hold back what is not certain yet. Must not know of prompts and token
 * ids.
 */
@NullMarked
package io.github.glmjava.tokenizer.answer;

import org.jspecify.annotations.NullMarked;
