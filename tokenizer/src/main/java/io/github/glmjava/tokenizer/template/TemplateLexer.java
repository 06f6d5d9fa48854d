package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.python.PythonText;
import io.github.glmjava.tokenizer.template.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the source of a template into tokens, with {@code trim_blocks} (the line end after a tag goes) and {@code lstrip_blocks}
 * (space before a tag that begins its line goes), as transformers sets them ({@code lexer.py} of Jinja).
 */
final class TemplateLexer {
    private static final int MAX_TOKENS = 100_000;
    private static final List<String> OPERATORS = List.of(
            "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "=", "|", ".", ",", ":", "(",
            ")", "[", "]", "{", "}");

    private final String source;
    private final String file;
    private final List<TemplateToken> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private int lineCounted;

    private TemplateLexer(String source, String file) {
        String unix = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
        this.file = file;
    }

    static List<TemplateToken> tokens(String source, String file) throws TokenizerException {
        TemplateLexer lexer = new TemplateLexer(source, file);
        lexer.run();
        return lexer.tokens;
    }

    private int lineAt(int place) {
        while (lineCounted < place) {
            line += source.charAt(lineCounted++) == '\n' ? 1 : 0;
        }
        return line;
    }

    private TokenizerException malformed(String what) {
        return new TokenizerException(file + ": line " + lineAt(position) + ": " + what);
    }

    private void add(Kind kind, String text, int place) throws TokenizerException {
        if (tokens.size() == MAX_TOKENS) {
            throw malformed("more than " + MAX_TOKENS + " tokens, which no template has");
        }
        tokens.add(new TemplateToken(kind, text, lineAt(place)));
    }

    private void run() throws TokenizerException {
        boolean lineStart = true;
        while (true) {
            int begin = nextBegin();
            char kind = begin < source.length() ? source.charAt(begin + 1) : 0;
            char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : 0;
            int dataEnd = begin;
            if (kind != 0 && sign == '-') {
                while (dataEnd > position && PythonText.isSpace(source.charAt(dataEnd - 1))) {
                    dataEnd--;
                }
            } else if ((kind == '%' || kind == '#') && sign != '+') {
                dataEnd = withoutIndentation(begin, lineStart);
            }
            if (dataEnd > position) {
                add(Kind.DATA, source.substring(position, dataEnd), position);
            }
            position = begin;
            if (kind == 0) {
                add(Kind.END, "", begin);
                return;
            }
            int inside = begin + 2 + (sign == '-' || sign == '+' ? 1 : 0);
            if (kind == '#') {
                skipComment(inside);
            } else {
                add(kind == '{' ? Kind.EXPRESSION_BEGIN : Kind.TAG_BEGIN, "", begin);
                position = inside;
                readInside(kind == '{' ? "}}" : "%}");
            }
            lineStart = source.charAt(position - 1) == '\n';
        }
    }

    /** The place of the next opening brace with what makes it one, or the end. */
    private int nextBegin() {
        for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    private int withoutIndentation(int begin, boolean lineStart) {
        int start = begin;
        while (start > position && source.charAt(start - 1) != '\n' && PythonText.isSpace(source.charAt(start - 1))) {
            start--;
        }
        boolean beginsLine = start > position ? source.charAt(start - 1) == '\n' : lineStart;
        return beginsLine ? start : begin;
    }

    private void skipComment(int inside) throws TokenizerException {
        int end = source.indexOf("#}", inside);
        if (end < 0) {
            throw malformed("a comment without end");
        }
        position = end + 2;
        skipAfter(source.charAt(end - 1), true);
    }

    private void skipAfter(char sign, boolean trimsLine) {
        if (sign == '-') {
            while (position < source.length() && PythonText.isSpace(source.charAt(position))) {
                position++;
            }
        } else if (trimsLine && sign != '+' && position < source.length() && source.charAt(position) == '\n') {
            position++;
        }
    }

    private void readInside(String close) throws TokenizerException {
        int openBraces = 0;
        while (true) {
            while (position < source.length() && PythonText.isSpace(source.charAt(position))) {
                position++;
            }
            if (position >= source.length()) {
                throw malformed("the template ends where " + close + " is expected");
            }
            char c = source.charAt(position);
            boolean signed = (c == '-' || c == '+') && source.startsWith(close, position + 1);
            if (signed || (openBraces == 0 && source.startsWith(close, position))) {
                boolean tag = close.equals("%}");
                add(tag ? Kind.TAG_END : Kind.EXPRESSION_END, "", position);
                position += signed ? 3 : 2;
                skipAfter(signed ? c : 0, tag);
                return;
            }
            openBraces += c == '{' ? 1 : c == '}' ? -1 : 0;
            readToken(c);
        }
    }

    private void readToken(char c) throws TokenizerException {
        int start = position;
        if (c == '\'' || c == '"') {
            readString(c);
        } else if (c >= '0' && c <= '9') {
            readNumber();
        } else if (Character.isLetter(c) || c == '_') {
            while (position < source.length()
                    && (Character.isLetterOrDigit(source.charAt(position)) || source.charAt(position) == '_')) {
                position++;
            }
            add(Kind.NAME, source.substring(start, position), start);
        } else {
            for (String operator : OPERATORS) {
                if (source.startsWith(operator, position)) {
                    position += operator.length();
                    add(Kind.OPERATOR, operator, start);
                    return;
                }
            }
            throw malformed("unexpected character '" + c + "'");
        }
    }

    private void readNumber() throws TokenizerException {
        int start = position;
        skipDigits();
        boolean fraction = position + 1 < source.length()
                && source.charAt(position) == '.'
                && Character.digit(source.charAt(position + 1), 10) >= 0
                // In messages.0.content the digit is an index.
                && !(start > 0 && source.charAt(start - 1) == '.');
        if (fraction) {
            position++;
            skipDigits();
        }
        if (position - start > 18) {
            throw malformed("a number of more than 18 digits");
        }
        add(fraction ? Kind.FLOAT : Kind.INTEGER, source.substring(start, position), start);
    }

    private void skipDigits() {
        while (position < source.length() && source.charAt(position) >= '0' && source.charAt(position) <= '9') {
            position++;
        }
    }

    private void readString(char quote) throws TokenizerException {
        int start = position++;
        StringBuilder text = new StringBuilder();
        while (position < source.length() && source.charAt(position) != quote) {
            char c = source.charAt(position++);
            if (c == '\\' && position < source.length()) {
                readEscape(text);
            } else {
                text.append(c);
            }
        }
        if (position >= source.length()) {
            position = start;
            throw malformed("a string without end");
        }
        position++;
        add(Kind.STRING, text.toString(), start);
    }

    private void readEscape(StringBuilder out) throws TokenizerException {
        char c = source.charAt(position++);
        switch (c) {
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case '\\', '\'', '"' -> out.append(c);
            case 'x' -> out.append((char) readHexadecimal(2));
            case 'u' -> out.append((char) readHexadecimal(4));
            default -> throw malformed("unknown escape \\" + c);
        }
    }

    private int readHexadecimal(int digits) throws TokenizerException {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = position < source.length() ? Character.digit(source.charAt(position), 16) : -1;
            if (digit < 0) {
                throw malformed("expected " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
            position++;
        }
        return value;
    }
}
