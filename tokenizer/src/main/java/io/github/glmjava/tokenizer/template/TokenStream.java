package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.template.TemplateToken.Kind;
import java.util.List;

/** Walks along the tokens of a template. Not safe for use by several threads. */
final class TokenStream {
    private static final int MAX_DEPTH = 60;

    private final List<TemplateToken> tokens;
    private final String file;
    private int position;
    private int depth;

    TokenStream(List<TemplateToken> tokens, String file) {
        this.tokens = tokens;
        this.file = file;
    }

    TemplateToken peek() {
        return tokens.get(position);
    }

    boolean nextIs(Kind kind, String text) {
        return position + 1 < tokens.size() && tokens.get(position + 1).is(kind, text);
    }

    TemplateToken next() {
        TemplateToken token = tokens.get(position);
        position += token.kind() == Kind.END ? 0 : 1;
        return token;
    }

    boolean take(Kind kind, String text) {
        boolean found = peek().is(kind, text);
        position += found ? 1 : 0;
        return found;
    }

    boolean takeOperator(String operator) {
        return take(Kind.OPERATOR, operator);
    }

    boolean takeName(String name) {
        return take(Kind.NAME, name);
    }

    TemplateToken require(Kind kind) throws TokenizerException {
        if (peek().kind() != kind) {
            throw unexpected(kind.toString());
        }
        return next();
    }

    void requireOperator(String operator) throws TokenizerException {
        if (!takeOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void requireName(String name) throws TokenizerException {
        if (!takeName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    TokenizerException unexpected(String expected) {
        TemplateToken token = peek();
        String found = token.text().isEmpty() ? token.kind().toString() : "'" + token.text() + "'";
        return malformed(token, "found " + found + ", expected " + expected);
    }

    TokenizerException malformed(TemplateToken at, String what) {
        return new TokenizerException(file + ": line " + at.line() + ": " + what);
    }

    /** Goes a level deeper in nested constructs, of which there may not be so many that the parser's stack overflows. */
    void enter() throws TokenizerException {
        if (++depth > MAX_DEPTH) {
            throw malformed(peek(), "nested more than " + MAX_DEPTH + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
