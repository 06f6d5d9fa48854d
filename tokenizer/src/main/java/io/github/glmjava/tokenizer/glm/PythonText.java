package io.github.glmjava.tokenizer.glm;

/** What Python and the transformers library do with texts. */
final class PythonText {
    private static final String[][] CLEAN_UP = {
        {" .", "."},
        {" ?", "?"},
        {" !", "!"},
        {" ,", ","},
        {" ' ", "'"},
        {" n't", "n't"},
        {" 'm", "'m"},
        {" 's", "'s"},
        {" 've", "'ve"},
        {" 're", "'re"}
    };

    private PythonText() {}

    /** {@code str.strip}. */
    static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    // Character.isWhitespace leaves out the no-break spaces and U+0085, Character.isSpaceChar the control characters.
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /** {@code PreTrainedTokenizerBase.clean_up_tokenization}. */
    static String cleanUpSpaces(String text) {
        String clean = text;
        for (String[] rule : CLEAN_UP) {
            clean = clean.replace(rule[0], rule[1]);
        }
        return clean;
    }
}
