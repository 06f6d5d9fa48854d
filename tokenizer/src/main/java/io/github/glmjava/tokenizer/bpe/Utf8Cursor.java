package io.github.glmjava.tokenizer.bpe;

/**
 * Walks along the UTF-8 form of a text without making it, to find the characters that a run of bytes touches. Not safe for
 * use by several threads.
 */
public final class Utf8Cursor {
    private final CharSequence text;
    private int index;
    private int bytesOfCharacter;

    /**
     * @param text a lone surrogate counts as U+FFFD
     * @param from index of the {@code char} to begin at
     */
    public Utf8Cursor(CharSequence text, int from) {
        this.text = text;
        this.index = from;
    }

    /** Index of the first {@code char} of the character that the next byte belongs to. */
    public int start() {
        return index;
    }

    /** Goes over so many bytes, which the text must have. */
    public void advance(int bytes) {
        int open = bytesOfCharacter + bytes;
        while (open > 0) {
            int codePoint = Character.codePointAt(text, index);
            int size = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (open < size) {
                break;
            }
            open -= size;
            index += Character.charCount(codePoint);
        }
        bytesOfCharacter = open;
    }

    /** Index behind the last {@code char} of the character that the last byte belongs to. */
    public int end() {
        return bytesOfCharacter == 0 ? index : index + Character.charCount(Character.codePointAt(text, index));
    }
}
