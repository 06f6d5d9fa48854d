package io.github.glmjava.tokenizer.huggingface;

/** Cuts a text into the parts within which bytes are merged. */
interface Splitter {
    /**
     * The end of the part that begins at {@code from}.
     *
     * @param text any text; a lone surrogate is neither letter nor number nor space
     * @param from less than {@code end}
     * @param end where the text ends for now, not within a character
     * @return more than {@code from}, at most {@code end}
     */
    int endOfMatch(String text, int from, int end);
}
