package io.github.glmjava.tokenizer.template;

/**
 * A piece of a template's source.
 *
 * @param kind what it is
 * @param text data as it is to be written, a string without quotes, else as in the source
 * @param line where it begins, from 1
 */
record TemplateToken(Kind kind, String text, int line) {
    /** The kinds of pieces. */
    enum Kind {
        DATA,
        EXPRESSION_BEGIN,
        EXPRESSION_END,
        TAG_BEGIN,
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind expected, String expectedText) {
        return kind == expected && text.equals(expectedText);
    }
}
