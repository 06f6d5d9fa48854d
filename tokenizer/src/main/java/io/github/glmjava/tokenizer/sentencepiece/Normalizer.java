package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/**
 * Prepares a text for segmentation: the identity on characters, and the rules for white space
 * ({@code Normalizer::Normalize} of {@code normalizer.cc}). Immutable.
 */
final class Normalizer {
    private static final int REPLACEMENT_CHARACTER = 0xFFFD;

    private final SentencePieceModel.Settings settings;
    private final UserDefinedPieces userDefined;
    private final int space;

    Normalizer(SentencePieceModel.Settings settings, UserDefinedPieces userDefined) {
        this.settings = settings;
        this.userDefined = userDefined;
        this.space = settings.escapeWhitespaces() ? SentencePieceModel.SPACE_SYMBOL : ' ';
    }

    /** The code points to segment; a lone surrogate becomes U+FFFD. */
    IntList normalize(String text) {
        IntList out = new IntList(text.length() + 1);
        if (text.isEmpty()) {
            return out;
        }
        if (settings.removeExtraWhitespaces()) {
            removeExtraSpaces(codePoints(text), out);
            return out;
        }
        boolean dummy = settings.addDummyPrefix();
        if (dummy && !settings.whitespaceAsSuffix()) {
            out.add(space);
        }
        for (int i = 0; i < text.length(); i++) {
            int codePoint = codePointAt(text, i);
            i += codePoint >>> 16 == 0 ? 0 : 1;
            out.add(codePoint == ' ' ? space : codePoint);
        }
        if (dummy && settings.whitespaceAsSuffix()) {
            out.add(space);
        }
        return out;
    }

    private static int codePointAt(String text, int index) {
        char unit = text.charAt(index);
        if (!Character.isSurrogate(unit)) {
            return unit;
        }
        int codePoint = text.codePointAt(index);
        return codePoint >>> 16 == 0 ? REPLACEMENT_CHARACTER : codePoint;
    }

    private static int[] codePoints(String text) {
        IntList all = new IntList(text.length());
        for (int i = 0; i < text.length(); i++) {
            int codePoint = codePointAt(text, i);
            i += codePoint >>> 16 == 0 ? 0 : 1;
            all.add(codePoint);
        }
        return all.toArray();
    }

    // A user-defined piece passes as one unit, of which only leading spaces are dropped after another space.
    private void removeExtraSpaces(int[] text, IntList out) {
        int position = 0;
        while (position < text.length && text[position] == ' ' && unitLength(text, position) == 1) {
            position++;
        }
        if (position == text.length) {
            return;
        }
        if (settings.addDummyPrefix() && !settings.whitespaceAsSuffix()) {
            out.add(space);
        }
        boolean afterSpace = true;
        while (position < text.length) {
            int end = position + unitLength(text, position);
            while (afterSpace && position < end && text[position] == ' ') {
                position++;
            }
            if (position < end) {
                afterSpace = text[end - 1] == ' ';
            }
            for (; position < end; position++) {
                out.add(text[position] == ' ' ? space : text[position]);
            }
        }
        int size = out.size();
        while (size > 0 && out.get(size - 1) == space) {
            size--;
        }
        out.truncate(size);
        if (settings.addDummyPrefix() && settings.whitespaceAsSuffix()) {
            out.add(space);
        }
    }

    private int unitLength(int[] text, int position) {
        long match = userDefined.longestMatch(text, position, text.length);
        return match < 0 ? 1 : (int) (match >>> 32);
    }
}
