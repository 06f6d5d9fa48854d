package io.github.glmjava.tokenizer.python;

import java.util.List;

/** What Python and the transformers library do with texts. */
public final class PythonText {
    /** What {@code PreTrainedTokenizerBase.clean_up_tokenization} replaces, one after the other. */
    public static final List<Replacement> CLEAN_UP = List.of(
            new Replacement(" .", "."),
            new Replacement(" ?", "?"),
            new Replacement(" !", "!"),
            new Replacement(" ,", ","),
            new Replacement(" ' ", "'"),
            new Replacement(" n't", "n't"),
            new Replacement(" 'm", "'m"),
            new Replacement(" 's", "'s"),
            new Replacement(" 've", "'ve"),
            new Replacement(" 're", "'re"));

    /** A text that becomes another wherever it is. */
    public record Replacement(String from, String to) {}

    private PythonText() {}

    /** {@code str.isspace} for one character. */
    // Character.isWhitespace leaves out the no-break spaces and U+0085, Character.isSpaceChar the control characters.
    public static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** {@code str.strip}. */
    public static String strip(String text) {
        int from = startWithout(text, "");
        return from == text.length() ? "" : text.substring(from, endWithout(text, ""));
    }

    /** The first place that {@code lstrip} leaves; with no characters given it takes white space. */
    public static int startWithout(String text, String characters) {
        int from = 0;
        while (from < text.length() && isStripped(text.charAt(from), characters)) {
            from++;
        }
        return from;
    }

    /** The end of what {@code rstrip} leaves; with no characters given it takes white space. */
    public static int endWithout(String text, String characters) {
        int to = text.length();
        while (to > 0 && isStripped(text.charAt(to - 1), characters)) {
            to--;
        }
        return to;
    }

    private static boolean isStripped(char c, String characters) {
        return characters.isEmpty() ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code PreTrainedTokenizerBase.clean_up_tokenization}. */
    public static String cleanUpSpaces(String text) {
        String clean = text;
        for (Replacement rule : CLEAN_UP) {
            clean = clean.replace(rule.from(), rule.to());
        }
        return clean;
    }

    /** {@code repr} of a string. */
    public static String quoted(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(c -> {
            if (c == quote || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\r') {
                out.append("\\r");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (isPrintable(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(
                        c < 0x100
                                ? String.format("\\x%02x", c)
                                : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
            }
        });
        return out.append(quote).toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }
}
