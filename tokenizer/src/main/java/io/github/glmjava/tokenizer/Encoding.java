package io.github.glmjava.tokenizer;

import java.util.Arrays;

/**
 * The ids of a text and which part of the text each one stands for. An id that the tokenizer put in by itself, such as a space in
 * front, stands for an empty part. Of the bytes of one character a SentencePiece model gives the whole character to the last
 * and an empty part to the others, as the original does; byte-level BPE gives each id all characters that it touches. Immutable.
 */
public final class Encoding {
    private final String text;
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;

    Encoding(String text, int[] ids, int[] starts, int[] ends) {
        this.text = text;
        this.ids = ids;
        this.starts = starts;
        this.ends = ends;
    }

    /** The number of ids. */
    public int size() {
        return ids.length;
    }

    /** The text that was encoded. */
    public String text() {
        return text;
    }

    /** The ids. */
    public int[] ids() {
        return ids.clone();
    }

    /** One id. */
    public int id(int index) {
        return ids[index];
    }

    /** Index of the first {@code char} that an id stands for. */
    public int start(int index) {
        return starts[index];
    }

    /** Index behind the last {@code char} that an id stands for. */
    public int end(int index) {
        return ends[index];
    }

    /** The part of the text that an id stands for. */
    public String surface(int index) {
        return text.substring(starts[index], ends[index]);
    }

    /** For each id the first byte that it stands for, in the text's UTF-8 form. */
    public int[] byteStarts() {
        return toBytes(starts);
    }

    /** For each id the end of the bytes that it stands for, in the text's UTF-8 form. */
    public int[] byteEnds() {
        return toBytes(ends);
    }

    private int[] toBytes(int[] offsets) {
        int[] byteOffsets = new int[text.length() + 1];
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            byteOffsets[i] = bytes;
            char unit = text.charAt(i);
            boolean pair = Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                byteOffsets[++i] = bytes;
            }
            bytes += pair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
        }
        byteOffsets[text.length()] = bytes;
        return Arrays.stream(offsets).map(offset -> byteOffsets[offset]).toArray();
    }
}
