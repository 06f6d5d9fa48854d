package io.github.glmjava.tokenizer.sentencepiece;

import org.jspecify.annotations.Nullable;

/**
 * Prepares a text for segmentation ({@code Normalizer::Normalize} of {@code normalizer.cc}): a USER_DEFINED piece passes as it
 * is; else the longest match of the character map is replaced; else a character passes. Then the rules for white space
 * apply. Immutable.
 */
final class Normalizer {
    private static final int REPLACEMENT_CHARACTER = 0xFFFD;

    private static final int ASCII = 0x80;

    private final SentencePieceModel.Settings settings;
    private final @Nullable Charsmap charsmap;
    private final PieceTrie userDefined;
    private final int space;

    /**
     * Characters that pass as they are, or as any space does; those of the second kind, in ASCII, do if the next one is less than
     * U+0300.
     */
    private final boolean[] passes = new boolean[1 << 16];

    private final boolean[] passesBeforeLetters = new boolean[ASCII];

    Normalizer(SentencePieceModel model, PieceTrie userDefined) {
        this.settings = model.settings();
        this.charsmap = model.charsmap();
        this.userDefined = userDefined;
        this.space = settings.escapeWhitespaces() ? SentencePieceModel.SPACE_SYMBOL : ' ';
        boolean[] beginsKey = charsmap == null ? passes.clone() : charsmap.beginsKey();
        for (int c = 0; c < passes.length; c++) {
            passes[c] = !beginsKey[c] && !Character.isSurrogate((char) c) && userDefined.first(c) < 0;
        }
        for (int c = 0; c < ASCII; c++) {
            passesBeforeLetters[c] =
                    (charsmap == null || charsmap.passesBeforeLetters((char) c)) && userDefined.first(c) < 0;
        }
    }

    /**
     * Normalises a text; a lone surrogate counts as U+FFFD.
     *
     * @param withSources true if {@link NormalizedText#source} is wanted
     */
    void normalize(String text, boolean withSources, NormalizedText out) {
        out.begin(withSources);
        if (charsmap == null && !settings.removeExtraWhitespaces()) {
            copy(text, out);
        } else {
            new Pass(text, out).run();
        }
    }

    /** The character that begins at an index. */
    static int codePointAt(String text, int index) {
        char unit = text.charAt(index);
        if (!Character.isSurrogate(unit)) {
            return unit;
        }
        int codePoint = text.codePointAt(index);
        return codePoint >>> 16 == 0 ? REPLACEMENT_CHARACTER : codePoint;
    }

    private boolean hasSpaceInFront() {
        return settings.addDummyPrefix() && !settings.whitespaceAsSuffix();
    }

    private boolean hasSpaceBehind() {
        return settings.addDummyPrefix() && settings.whitespaceAsSuffix();
    }

    private void copy(String text, NormalizedText out) {
        int length = text.length();
        if (length > 0 && hasSpaceInFront()) {
            out.add(space, 0);
        }
        for (int i = 0; i < length; ) {
            int codePoint = codePointAt(text, i);
            out.add(codePoint == ' ' ? space : codePoint, i);
            i += Character.charCount(codePoint);
        }
        if (length > 0 && hasSpaceBehind()) {
            out.add(space, length);
        }
        out.end(length);
    }

    /** One text, unit by unit: what passes or is replaced as a whole. */
    private final class Pass {
        private final String text;
        private final NormalizedText out;
        private final boolean removesExtra = settings.removeExtraWhitespaces();
        private int from;
        private boolean endsWithSpace = true;
        private boolean dropsSpaces;

        // The unit that begins at from: a replacement in the character map, or the text itself.
        private int unitEnd;
        private int replacement;

        Pass(String text, NormalizedText out) {
            this.text = text;
            this.out = out;
        }

        void run() {
            if (removesExtra) {
                skipSpaces();
            }
            if (from == text.length()) {
                out.end(from);
                return;
            }
            if (hasSpaceInFront()) {
                out.add(space, from);
            }
            while (from < text.length()) {
                copyWhatPasses();
                if (from == text.length()) {
                    break;
                }
                findUnit();
                dropsSpaces = removesExtra && endsWithSpace;
                if (replacement < 0 || charsmap == null) {
                    copyUnit();
                } else {
                    replaceUnit(charsmap);
                }
                from = unitEnd;
            }
            int end = removesExtra ? out.dropFromEnd(space, from) : from;
            if (hasSpaceBehind()) {
                out.add(space, end);
            }
            out.end(end);
        }

        private void copyWhatPasses() {
            int length = text.length();
            out.makeRoom(length - from);
            int i = from;
            boolean afterSpace = endsWithSpace;
            while (i < length) {
                char c = text.charAt(i);
                if (!passes[c]
                        && !(c < ASCII
                                && passesBeforeLetters[c]
                                && (i + 1 == length || text.charAt(i + 1) < Charsmap.COMBINING_MARKS))) {
                    break;
                }
                if (c != ' ') {
                    out.addInRoom(c, i);
                    afterSpace = false;
                } else if (!removesExtra || !afterSpace) {
                    out.addInRoom(space, i);
                    afterSpace = true;
                }
                i++;
            }
            endsWithSpace = afterSpace;
            from = i;
        }

        private void findUnit() {
            unitEnd = userDefined.isEmpty() ? -1 : userDefined.endOfLongestMatch(text, from);
            replacement = -1;
            if (unitEnd >= 0) {
                return;
            }
            long match = charsmap == null ? -1 : charsmap.longestMatch(text, from);
            if (match >= 0) {
                replacement = (int) match;
                unitEnd = (int) (match >>> 32);
            } else {
                unitEnd = from + Character.charCount(codePointAt(text, from));
            }
        }

        // A unit that is more than a space does not count, even if it begins with one.
        private void skipSpaces() {
            while (from < text.length()) {
                findUnit();
                boolean isSpace = replacement < 0
                        ? text.charAt(from) == ' ' && unitEnd == from + 1
                        : charsmap != null && charsmap.isSpace(replacement);
                if (!isSpace) {
                    return;
                }
                from = unitEnd;
            }
        }

        private void copyUnit() {
            for (int i = from; i < unitEnd; ) {
                int codePoint = codePointAt(text, i);
                add(codePoint);
                i += Character.charCount(codePoint);
            }
        }

        private void replaceUnit(Charsmap map) {
            for (int i = replacement; ; ) {
                int codePoint = map.codePointAt(i);
                if (codePoint == 0) {
                    return;
                }
                add(codePoint);
                i += Charsmap.utf8Length(codePoint);
            }
        }

        // Only the spaces that a unit begins with are dropped after another space.
        private void add(int codePoint) {
            if (codePoint != ' ') {
                out.add(codePoint, from);
                dropsSpaces = false;
                endsWithSpace = false;
            } else if (!dropsSpaces) {
                out.add(space, from);
                endsWithSpace = true;
            }
        }
    }
}
