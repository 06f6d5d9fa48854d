package io.github.glmjava.tokenizer.huggingface;

import java.text.Normalizer;

/** Unicode normalization that does not take forever. */
final class NormalizedText {
    /**
     * The library sorts a run of combining marks in quadratic time. No language has more than a few in a row; a longer run than this
     * is normalized in parts.
     */
    private static final int MAX_MARKS = 250;

    private NormalizedText() {}

    static String of(String text, Normalizer.Form form) {
        StringBuilder out = new StringBuilder();
        int done = 0;
        int marks = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            marks = codePoint >= 0x300 && isMark(codePoint) ? marks + 1 : 0;
            if (marks == MAX_MARKS) {
                out.append(Normalizer.normalize(text.substring(done, i), form));
                done = i;
                marks = 1;
            }
            i += Character.charCount(codePoint);
        }
        if (done > 0) {
            return out.append(Normalizer.normalize(text.substring(done), form)).toString();
        }
        return Normalizer.isNormalized(text, form) ? text : Normalizer.normalize(text, form);
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
