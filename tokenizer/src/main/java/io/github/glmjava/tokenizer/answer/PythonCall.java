package io.github.glmjava.tokenizer.answer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code tool_call(name=literal, ...)}. The original evaluates it as Python; here it is data: strings, numbers,
 * booleans, None, lists, tuples and dictionaries with string keys, nothing else.
 */
final class PythonCall {
    private static final String FUNCTION = "tool_call";
    private static final int MAX_DEPTH = 50;
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(?:\\d{1,400}\\.?\\d{0,400}|\\.\\d{1,400})(?:[eE][-+]?\\d{1,4})?");

    private final String text;
    private int position;

    private PythonCall(String text) {
        this.text = text;
    }

    /**
     * Reads the call inside a fenced block, whose first and last line do not count.
     *
     * @return the arguments, or null if the block holds no such call
     */
    static @Nullable Map<String, @Nullable Object> parseFenced(String content) {
        int from = content.indexOf('\n');
        int to = content.lastIndexOf('\n');
        if (from < 0 || from == to) {
            return null;
        }
        PythonCall call = new PythonCall(content.substring(from + 1, to));
        try {
            return call.parse();
        } catch (NotACallException e) {
            return null;
        }
    }

    /** The text is something else; only for use inside this class. */
    private static final class NotACallException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private Map<String, @Nullable Object> parse() throws NotACallException {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        if (!take(FUNCTION)) {
            throw new NotACallException();
        }
        require('(');
        while (!takeChar(')')) {
            String name = match(NAME);
            require('=');
            if (arguments.containsKey(name)) {
                throw new NotACallException();
            }
            arguments.put(name, value(0));
            if (!takeChar(',')) {
                require(')');
                break;
            }
        }
        skipSpace();
        if (position < text.length()) {
            throw new NotACallException();
        }
        return Collections.unmodifiableMap(arguments);
    }

    private @Nullable Object value(int depth) throws NotACallException {
        skipSpace();
        if (position == text.length() || depth > MAX_DEPTH) {
            throw new NotACallException();
        }
        char first = text.charAt(position);
        if (first == '\'' || first == '"') {
            return string();
        } else if (takeChar('[')) {
            return elements(']', depth);
        } else if (takeChar('(')) {
            return elements(')', depth);
        } else if (takeChar('{')) {
            return dictionary(depth);
        } else if (Character.isDigit(first) || first == '-' || first == '+' || first == '.') {
            return number();
        }
        return switch (match(NAME)) {
            case "True" -> true;
            case "False" -> false;
            case "None" -> null;
            default -> throw new NotACallException();
        };
    }

    private List<@Nullable Object> elements(char end, int depth) throws NotACallException {
        List<@Nullable Object> elements = new ArrayList<>();
        while (!takeChar(end)) {
            elements.add(value(depth + 1));
            if (!takeChar(',')) {
                require(end);
                break;
            }
        }
        return Collections.unmodifiableList(elements);
    }

    private Map<String, @Nullable Object> dictionary(int depth) throws NotACallException {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        while (!takeChar('}')) {
            if (!(value(depth + 1) instanceof String key)) {
                throw new NotACallException();
            }
            require(':');
            entries.put(key, value(depth + 1));
            if (!takeChar(',')) {
                require('}');
                break;
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    private Number number() throws NotACallException {
        String digits = match(NUMBER);
        if (digits.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
            return Double.valueOf(digits);
        }
        BigInteger whole = new BigInteger(digits);
        return whole.bitLength() < Long.SIZE ? (Number) whole.longValue() : whole;
    }

    private String string() throws NotACallException {
        char quote = text.charAt(position++);
        StringBuilder out = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == quote) {
                return out.toString();
            } else if (c == '\n') {
                break;
            } else if (c == '\\' && position < text.length()) {
                escape(text.charAt(position++), out);
            } else {
                out.append(c);
            }
        }
        throw new NotACallException();
    }

    private void escape(char c, StringBuilder out) throws NotACallException {
        switch (c) {
            case '\\', '\'', '"' -> out.append(c);
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'x' -> out.append((char) hexadecimal(2));
            case 'u' -> out.append((char) hexadecimal(4));
            case 'U' -> {
                int codePoint = hexadecimal(8);
                if (!Character.isValidCodePoint(codePoint)) {
                    throw new NotACallException();
                }
                out.appendCodePoint(codePoint);
            }
            case '\n' -> {
                // A line that goes on.
            }
            // Python keeps the backslash of an escape that it does not know; octal escapes are not understood here.
            default -> {
                if (c >= '0' && c <= '7') {
                    throw new NotACallException();
                }
                out.append('\\').append(c);
            }
        }
    }

    private int hexadecimal(int digits) throws NotACallException {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = position < text.length() ? Character.digit(text.charAt(position++), 16) : -1;
            if (digit < 0) {
                throw new NotACallException();
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    private void skipSpace() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private String match(Pattern pattern) throws NotACallException {
        skipSpace();
        Matcher matcher = pattern.matcher(text).region(position, text.length());
        if (!matcher.lookingAt()) {
            throw new NotACallException();
        }
        position = matcher.end();
        return matcher.group();
    }

    private boolean take(String word) {
        skipSpace();
        boolean found = text.startsWith(word, position);
        position += found ? word.length() : 0;
        return found;
    }

    private boolean takeChar(char c) {
        return take(String.valueOf(c));
    }

    private void require(char c) throws NotACallException {
        if (!takeChar(c)) {
            throw new NotACallException();
        }
    }
}
