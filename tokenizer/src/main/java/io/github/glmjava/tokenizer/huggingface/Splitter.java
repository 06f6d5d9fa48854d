package io.github.glmjava.tokenizer.huggingface;

/** Cuts a text into the parts within which bytes are merged. */
interface Splitter {
    /**
     * The end of the part that begins at {@code from}.
     *
     * @param text any text; a lone surrogate is neither letter nor number nor space
     * @param from less than the length
     * @return more than {@code from}
     */
    int endOfMatch(String text, int from);
}
