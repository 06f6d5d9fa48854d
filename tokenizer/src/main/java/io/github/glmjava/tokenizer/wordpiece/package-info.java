/**
 * WordPiece as BERT has it (Devlin et al. 2018): a text is cut into words, and each word into the longest pieces of a vocabulary. Must
 * not know of any model family.
 */
@NullMarked
package io.github.glmjava.tokenizer.wordpiece;

import org.jspecify.annotations.NullMarked;
