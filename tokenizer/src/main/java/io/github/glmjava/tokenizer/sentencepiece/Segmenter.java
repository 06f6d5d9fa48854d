package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/** Cuts a normalised text into pieces. Implementations are immutable and safe for use by many threads. */
interface Segmenter {
    /** The scratch memory for one text at a time, to be used again. Not safe for use by several threads. */
    interface Pass {
        /**
         * Cuts a text.
         *
         * @param text normalised code points
         * @param out takes the pieces
         */
        void segment(IntList text, PieceSink out);
    }

    /** Makes scratch memory. */
    Pass newPass();
}
