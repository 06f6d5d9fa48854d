package io.github.glmjava.tokenizer.bpe;

/**
 * Decodes UTF-8 that arrives byte by byte. At any time the bytes held back are the beginning of a valid sequence. Not
 * safe for use by several threads.
 */
public final class Utf8Joiner {
    /** What an ill-formed sequence becomes. */
    public enum Replacement {
        /** Each byte becomes U+FFFD, as SentencePiece does it. */
        EACH_BYTE,
        /** Each maximal subpart of a sequence becomes one U+FFFD (Unicode 16.0, section 3.9, table 3-11). */
        MAXIMAL_SUBPART
    }

    private static final char REPLACEMENT_CHARACTER = '\uFFFD';

    private final Replacement replacement;
    private int held;
    private int needed;
    private int codePoint;
    private int lowest;
    private int highest;

    /** @param replacement what an ill-formed sequence becomes */
    public Utf8Joiner(Replacement replacement) {
        this.replacement = replacement;
    }

    /** True if bytes are held back. */
    public boolean isPending() {
        return held > 0;
    }

    /** Takes the next byte and appends to {@code out} what is certain now. */
    public void append(byte next, StringBuilder out) {
        int unsigned = next & 0xFF;
        if (held > 0) {
            if (unsigned >= lowest && unsigned <= highest) {
                codePoint = (codePoint << 6) | (unsigned & 0x3F);
                lowest = 0x80;
                highest = 0xBF;
                if (++held == needed) {
                    held = 0;
                    out.appendCodePoint(codePoint);
                }
                return;
            }
            flush(out);
        }
        start(unsigned, out);
    }

    // The ranges of the second byte rule out overlong forms, surrogates and code points above U+10FFFF (table 3-7).
    private void start(int first, StringBuilder out) {
        lowest = 0x80;
        highest = 0xBF;
        if (first < 0x80) {
            out.append((char) first);
            return;
        } else if (first >= 0xC2 && first <= 0xDF) {
            needed = 2;
            codePoint = first & 0x1F;
        } else if (first >= 0xE0 && first <= 0xEF) {
            needed = 3;
            codePoint = first & 0x0F;
            lowest = first == 0xE0 ? 0xA0 : 0x80;
            highest = first == 0xED ? 0x9F : 0xBF;
        } else if (first >= 0xF0 && first <= 0xF4) {
            needed = 4;
            codePoint = first & 0x07;
            lowest = first == 0xF0 ? 0x90 : 0x80;
            highest = first == 0xF4 ? 0x8F : 0xBF;
        } else {
            out.append(REPLACEMENT_CHARACTER);
            return;
        }
        held = 1;
    }

    /** Gives up on the bytes held back. */
    public void flush(StringBuilder out) {
        if (held > 0) {
            out.repeat(REPLACEMENT_CHARACTER, replacement == Replacement.EACH_BYTE ? held : 1);
            held = 0;
        }
    }
}
