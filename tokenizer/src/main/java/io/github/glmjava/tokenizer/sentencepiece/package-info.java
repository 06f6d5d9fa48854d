/**
 * SentencePiece models: reading the file, normalising a text, cutting it into pieces, and decoding. One class for each,
 * as in the original (google/sentencepiece, {@code normalizer.cc}, {@code bpe_model.cc},
 * {@code sentencepiece_processor.cc}). Must not know of model families and their special tokens.
 */
@NullMarked
package io.github.glmjava.tokenizer.sentencepiece;

import org.jspecify.annotations.NullMarked;
