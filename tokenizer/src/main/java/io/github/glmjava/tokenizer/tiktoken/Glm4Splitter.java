package io.github.glmjava.tokenizer.tiktoken;

/**
 * Cuts a text where GLM-4's pattern does ({@code pat_str} of {@code tokenization_chatglm.py}), by hand:
 *
 * <pre>
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)
 * [^\r\n\p{L}\p{N}]?\p{L}+
 * \p{N}{1,3}
 * &nbsp;?[^\s\p{L}\p{N}]+[\r\n]*
 * \s*[\r\n]+
 * \s+(?!\S)
 * \s+
 * </pre>
 *
 * The first alternative that matches wins; together they match at every position.
 */
public final class Glm4Splitter {
    private Glm4Splitter() {}

    /**
     * The end of the match that begins at {@code from}.
     *
     * @param text any text; a lone surrogate is neither letter nor number nor space
     * @param from less than {@code limit}
     * @param limit where the text ends for now, not within a character
     */
    public static int endOfMatch(String text, int from, int limit) {
        int first = text.codePointAt(from);
        int second = from + Character.charCount(first);
        byte type = CharacterClass.of(first);
        if (first == '\'') {
            int end = endOfContraction(text, second, limit);
            if (end > 0) {
                return end;
            }
        }
        if (type == CharacterClass.LETTER) {
            return endOfRun(text, second, limit, CharacterClass.LETTER);
        }
        if (type == CharacterClass.NUMBER) {
            return endOfNumber(text, second, limit);
        }
        byte secondType = second < limit ? classAt(text, second) : -1;
        if (type != CharacterClass.LINE_END && secondType == CharacterClass.LETTER) {
            return endOfRun(text, second, limit, CharacterClass.LETTER);
        }
        if (type == CharacterClass.OTHER) {
            return endOfPunctuation(text, second, limit);
        }
        if (first == ' ' && secondType == CharacterClass.OTHER) {
            return endOfPunctuation(text, second, limit);
        }
        return endOfWhitespace(text, from, limit);
    }

    private static byte classAt(String text, int index) {
        char unit = text.charAt(index);
        return CharacterClass.of(Character.isSurrogate(unit) ? text.codePointAt(index) : unit);
    }

    private static int charCountAt(String text, int index) {
        return Character.charCount(text.codePointAt(index));
    }

    private static int endOfRun(String text, int from, int limit, byte type) {
        int end = from;
        while (end < limit && classAt(text, end) == type) {
            end += charCountAt(text, end);
        }
        return end;
    }

    // Case-insensitive as Unicode folds cases: the long s (U+017F) is an s.
    private static int endOfContraction(String text, int from, int limit) {
        if (from == limit) {
            return -1;
        }
        return switch (text.charAt(from)) {
            case 's', 'S', '\u017F', 't', 'T', 'm', 'M', 'd', 'D' -> from + 1;
            case 'r', 'R', 'v', 'V' -> isAt(text, from + 1, limit, 'e') ? from + 2 : -1;
            case 'l', 'L' -> isAt(text, from + 1, limit, 'l') ? from + 2 : -1;
            default -> -1;
        };
    }

    private static boolean isAt(String text, int index, int limit, char lowerCase) {
        return index < limit && (text.charAt(index) | 0x20) == lowerCase;
    }

    private static int endOfNumber(String text, int from, int limit) {
        int end = from;
        for (int i = 1; i < 3 && end < limit && classAt(text, end) == CharacterClass.NUMBER; i++) {
            end += charCountAt(text, end);
        }
        return end;
    }

    private static int endOfPunctuation(String text, int from, int limit) {
        return endOfRun(text, endOfRun(text, from, limit, CharacterClass.OTHER), limit, CharacterClass.LINE_END);
    }

    // All white space is in the BMP.
    private static int endOfWhitespace(String text, int from, int limit) {
        int end = from;
        int afterLineEnd = -1;
        while (end < limit) {
            byte type = CharacterClass.of(text.charAt(end));
            if (type != CharacterClass.SPACE && type != CharacterClass.LINE_END) {
                break;
            }
            end++;
            if (type == CharacterClass.LINE_END) {
                afterLineEnd = end;
            }
        }
        if (afterLineEnd > 0) {
            return afterLineEnd;
        }
        return end < limit && end - from > 1 ? end - 1 : end;
    }
}
