package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.tiktoken.CharacterClass;

/**
 * Cuts a text where GPT-2's pattern does, which the pre-tokenizer {@code ByteLevel} uses, by hand:
 *
 * <pre>
 * 's|'t|'re|'ve|'m|'ll|'d
 * &nbsp;?\p{L}+
 * &nbsp;?\p{N}+
 * &nbsp;?[^\s\p{L}\p{N}]+
 * \s+(?!\S)
 * \s+
 * </pre>
 *
 * The first alternative that matches wins; together they match at every position.
 */
final class Gpt2Splitter {
    private Gpt2Splitter() {}

    static int endOfMatch(String text, int from, int limit) {
        char first = text.charAt(from);
        if (first == '\'') {
            int end = endOfContraction(text, from + 1, limit);
            if (end > 0) {
                return end;
            }
        }
        int start = from;
        if (first == ' ' && from + 1 < limit) {
            start++;
        }
        byte type = classAt(text, start);
        return type == CharacterClass.SPACE ? endOfWhitespace(text, from, limit) : endOfRun(text, start, limit, type);
    }

    // Line ends are white space like any other here.
    private static byte classAt(String text, int index) {
        char unit = text.charAt(index);
        byte type = CharacterClass.of(Character.isSurrogate(unit) ? text.codePointAt(index) : unit);
        return type == CharacterClass.LINE_END ? CharacterClass.SPACE : type;
    }

    private static int endOfRun(String text, int from, int limit, byte type) {
        int end = from;
        while (end < limit && classAt(text, end) == type) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    // All white space is in the BMP. Of several, the last one before something else is left to that.
    private static int endOfWhitespace(String text, int from, int limit) {
        int end = endOfRun(text, from, limit, CharacterClass.SPACE);
        return end < limit && end - from > 1 ? end - 1 : end;
    }

    private static int endOfContraction(String text, int from, int limit) {
        if (from == limit) {
            return -1;
        }
        return switch (text.charAt(from)) {
            case 's', 't', 'm', 'd' -> from + 1;
            case 'r', 'v' -> isAt(text, from + 1, limit, 'e') ? from + 2 : -1;
            case 'l' -> isAt(text, from + 1, limit, 'l') ? from + 2 : -1;
            default -> -1;
        };
    }

    private static boolean isAt(String text, int index, int limit, char expected) {
        return index < limit && text.charAt(index) == expected;
    }
}
