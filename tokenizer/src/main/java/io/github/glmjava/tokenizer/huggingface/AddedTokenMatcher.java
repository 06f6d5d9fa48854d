package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.bpe.PairTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text: leftmost first, of those that begin at one place the longest ({@code find_matches} of the
 * original's {@code added_vocabulary.rs}). Immutable.
 */
final class AddedTokenMatcher {
    /** Takes the parts of a text in order. */
    interface Parts {
        void text(int from, int to);

        void token(AddedToken token, int from, int to);
    }

    /** Says whether a token may be found at a place. */
    interface Filter {
        boolean allows(AddedToken token, int from, int to);
    }

    /** A trie: from a node and a {@code char} to the next node; node 0 is the root. */
    private final PairTable children = new PairTable();

    private final List<@Nullable AddedToken> tokenOfNode = new ArrayList<>();
    private final boolean[] canBegin = new boolean[1 << 16];

    /**
     * @param tokens those to look for
     * @param patterns the text of each
     */
    AddedTokenMatcher(List<AddedToken> tokens, List<String> patterns) {
        tokenOfNode.add(null);
        for (int i = 0; i < tokens.size(); i++) {
            String pattern = patterns.get(i);
            int node = 0;
            for (int k = 0; k < pattern.length(); k++) {
                int next = children.get(node, pattern.charAt(k));
                if (next == PairTable.ABSENT) {
                    next = tokenOfNode.size();
                    tokenOfNode.add(null);
                    children.put(node, pattern.charAt(k), next);
                }
                node = next;
            }
            if (node > 0) {
                tokenOfNode.set(node, tokens.get(i));
                canBegin[pattern.charAt(0)] = true;
            }
        }
    }

    /** Cuts a text into tokens and what lies between them. */
    void split(String text, Filter filter, Parts parts) {
        int done = 0;
        for (int i = 0; i < text.length(); ) {
            if (!canBegin[text.charAt(i)]) {
                i++;
                continue;
            }
            int end = i;
            AddedToken found = null;
            int node = 0;
            for (int k = i; k < text.length(); k++) {
                node = children.get(node, text.charAt(k));
                if (node == PairTable.ABSENT) {
                    break;
                }
                AddedToken token = tokenOfNode.get(node);
                if (token != null && filter.allows(token, i, k + 1)) {
                    found = token;
                    end = k + 1;
                }
            }
            if (found == null) {
                i++;
                continue;
            }
            if (!found.singleWord() || isWord(text, i, end)) {
                int from = found.takesSpaceBefore() ? startOfSpace(text, done, i) : i;
                int to = found.takesSpaceAfter() ? endOfSpace(text, end) : end;
                if (done < from) {
                    parts.text(done, from);
                }
                parts.token(found, from, to);
                done = to;
            }
            i = end;
        }
        if (done < text.length()) {
            parts.text(done, text.length());
        }
    }

    private static int startOfSpace(String text, int from, int to) {
        int start = to;
        while (start > from && isSpace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int endOfSpace(String text, int from) {
        int end = from;
        while (end < text.length() && isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isSpace(char c) {
        return Character.isSpaceChar(c) || (c >= 9 && c <= 13) || c == 0x85;
    }

    private static boolean isWord(String text, int from, int to) {
        return (from == 0 || !isWordCharacter(text.codePointBefore(from)))
                && (to == text.length() || !isWordCharacter(text.codePointAt(to)));
    }

    /** {@code \w} (Unicode Technical Standard 18, annex C). */
    private static boolean isWordCharacter(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.CONNECTOR_PUNCTUATION -> true;
            default -> Character.isAlphabetic(codePoint) || codePoint == 0x200C || codePoint == 0x200D;
        };
    }
}
