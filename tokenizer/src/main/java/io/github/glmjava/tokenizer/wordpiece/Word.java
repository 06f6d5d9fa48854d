package io.github.glmjava.tokenizer.wordpiece;

/** The characters of a word, and the part of the text that each came from. Made to be used again; not safe for several threads. */
final class Word {
    /** Longer words are unknown, whatever the pieces ({@code max_input_chars_per_word} of BERT). */
    static final int LONGEST = 100;

    private final int[] codePoints = new int[LONGEST];
    private final int[] starts = new int[LONGEST];
    private final int[] ends = new int[LONGEST];
    private int length;
    private int end;

    /** Adds a code point that stands for {@code text[start..end)}. */
    void add(int codePoint, int start, int end) {
        if (length < LONGEST) {
            codePoints[length] = codePoint;
            starts[length] = start;
            ends[length] = end;
        }
        length++;
        this.end = end;
    }

    void clear() {
        length = 0;
    }

    boolean isEmpty() {
        return length == 0;
    }

    boolean isTooLong() {
        return length > LONGEST;
    }

    /** The number of code points. */
    int length() {
        return length;
    }

    int codePoint(int index) {
        return codePoints[index];
    }

    /** Where in the text a code point comes from. */
    int start(int index) {
        return starts[index];
    }

    /** The end of where a code point comes from. */
    int end(int index) {
        return ends[index];
    }

    /** The end of where the word comes from. */
    int end() {
        return end;
    }
}
