package io.github.glmjava.tokenizer.wordpiece;

import io.github.glmjava.tokenizer.WordPieceRules;
import java.text.Normalizer;
import java.util.function.Consumer;

/**
 * Cuts a text into words, as {@code BasicTokenizer} of transformers' tokenization_bert.py does: characters that are not text are
 * dropped, the others perhaps lower-cased and stripped of accents; white space parts words, and each punctuation character and
 * perhaps each Chinese character is one. Serves one text; not safe for use by several threads.
 *
 * <p>Lower-casing takes each character by itself, for the base class does so before this class could see a whole word: a capital
 * sigma never becomes a final one. Nor is there anything left that is never to be split: the base class has cut out special tokens.
 */
final class WordSplitter {
    private static final int REPLACEMENT = 0xFFFD;
    private static final int CAPITAL_I_WITH_DOT = 0x130;
    private static final int DOT_ABOVE = 0x307;

    /** Marks are sorted in quadratic time when a text is decomposed; no language has more than a few in a row. */
    private static final int MOST_MARKS = 50;

    private final WordPieceRules rules;
    private final Consumer<Word> words;
    private final Word word = new Word();

    /** A character with the marks behind it, to be decomposed together, for that can change the order of marks. */
    private final StringBuilder cluster = new StringBuilder();

    private int clusterStart;
    private int clusterEnd;

    /** @param words gets each word, to be used before it returns */
    WordSplitter(WordPieceRules rules, Consumer<Word> words) {
        this.rules = rules;
        this.words = words;
    }

    void split(String text) {
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            int end = i + Character.charCount(codePoint);
            if (isSpace(codePoint)) {
                endWord();
            } else if (!isDropped(codePoint)) {
                boolean alone = rules.partsIdeographs() && isIdeograph(codePoint);
                if (alone) {
                    endWord();
                }
                lowerCase(codePoint, i, end);
                if (alone) {
                    endWord();
                }
            }
            i = end;
        }
        endWord();
    }

    private void lowerCase(int codePoint, int start, int end) {
        if (!rules.lowerCase()) {
            decompose(codePoint, start, end);
        } else if (codePoint == CAPITAL_I_WITH_DOT) { // the only one that becomes two
            decompose('i', start, end);
            decompose(DOT_ABOVE, start, end);
        } else {
            decompose(Character.toLowerCase(codePoint), start, end);
        }
    }

    private void decompose(int codePoint, int start, int end) {
        if (!rules.stripAccents()) {
            add(codePoint, start, end);
            return;
        }
        boolean mark = isMark(codePoint);
        if (!mark || cluster.length() > MOST_MARKS) {
            endCluster();
        }
        if (cluster.isEmpty()) {
            clusterStart = start;
        }
        clusterEnd = end;
        // A mark without width decomposes to such marks only: it would be dropped in the end.
        if (!mark || Character.getType(codePoint) != Character.NON_SPACING_MARK) {
            cluster.appendCodePoint(codePoint);
        }
    }

    private void endCluster() {
        if (cluster.length() == 1 && cluster.charAt(0) < 0x80) {
            add(cluster.charAt(0), clusterStart, clusterEnd);
        } else if (!cluster.isEmpty()) {
            Normalizer.normalize(cluster, Normalizer.Form.NFD)
                    .codePoints()
                    .filter(codePoint -> Character.getType(codePoint) != Character.NON_SPACING_MARK)
                    .forEach(codePoint -> add(codePoint, clusterStart, clusterEnd));
        }
        cluster.setLength(0);
    }

    private void add(int codePoint, int start, int end) {
        boolean alone = isPunctuation(codePoint);
        if (alone) {
            giveWord();
        }
        word.add(codePoint, start, end);
        if (alone) {
            giveWord();
        }
    }

    private void endWord() {
        endCluster();
        giveWord();
    }

    private void giveWord() {
        if (!word.isEmpty()) {
            words.accept(word);
            word.clear();
        }
    }

    /** White space of {@code str.split}, less the control characters among it. */
    private static boolean isSpace(int codePoint) {
        return codePoint == ' '
                || codePoint == '\t'
                || codePoint == '\n'
                || codePoint == '\r'
                || (codePoint > 0x7F && Character.isSpaceChar(codePoint));
    }

    /** Control characters and whatever else is no character ({@code _is_control}: the categories C*). */
    private static boolean isDropped(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> codePoint == REPLACEMENT;
        };
    }

    private static boolean isMark(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    /** The categories P*, and of ASCII all that is neither letter nor digit. */
    private static boolean isPunctuation(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint > ' ' && !Character.isLetterOrDigit(codePoint);
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** The blocks that {@code _is_chinese_char} lists, from extension A to E. */
    private static boolean isIdeograph(int codePoint) {
        return codePoint >= 0x3400
                && (codePoint <= 0x4DBF
                        || (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
                        || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
                        || (codePoint >= 0x20000 && codePoint <= 0x2A6DF)
                        || (codePoint >= 0x2A700 && codePoint <= 0x2CEAF)
                        || (codePoint >= 0x2F800 && codePoint <= 0x2FA1F));
    }
}
