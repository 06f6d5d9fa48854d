package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/** Cuts a normalised text into pieces. Implementations are immutable and safe for use by many threads. */
interface Segmenter {
    /**
     * Appends the ids of a text's pieces.
     *
     * @param text normalised code points
     * @param out takes the ids
     */
    void segment(IntList text, IntList out);
}
