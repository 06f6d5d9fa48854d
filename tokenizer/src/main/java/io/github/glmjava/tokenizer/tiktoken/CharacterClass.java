package io.github.glmjava.tokenizer.tiktoken;

/** The classes of characters that splitting patterns tell apart. */
public final class CharacterClass {
    /** Neither letter nor number nor white space. */
    public static final byte OTHER = 0;
    /** {@code \p{L}}. */
    public static final byte LETTER = 1;
    /** {@code \p{N}}: decimal digits, letter numbers and other numbers. */
    public static final byte NUMBER = 2;
    /** {@code \s}, the Unicode property White_Space, except what ends a line. */
    public static final byte SPACE = 3;
    /** CR and LF. */
    public static final byte LINE_END = 4;

    private static final byte[] OF_BMP = new byte[1 << 16];

    static {
        for (int c = 0; c < OF_BMP.length; c++) {
            OF_BMP[c] = byType(c);
        }
        OF_BMP['\r'] = LINE_END;
        OF_BMP['\n'] = LINE_END;
    }

    private CharacterClass() {}

    /** The class of a code point; a lone surrogate is {@link #OTHER}. */
    public static byte of(int codePoint) {
        return codePoint < OF_BMP.length ? OF_BMP[codePoint] : byType(codePoint);
    }

    private static byte byType(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            // The controls that have the property White_Space.
            default -> (codePoint >= 9 && codePoint <= 13) || codePoint == 0x85 ? SPACE : OTHER;
        };
    }
}
