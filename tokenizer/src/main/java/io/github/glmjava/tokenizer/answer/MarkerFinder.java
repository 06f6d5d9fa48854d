package io.github.glmjava.tokenizer.answer;

/** Finds a fixed string in a stream of characters and holds back what may be its beginning (Knuth, Morris and Pratt). */
final class MarkerFinder {
    private final String marker;
    private final int[] border;
    private int matched;

    MarkerFinder(String marker) {
        this.marker = marker;
        this.border = new int[marker.length() + 1];
        for (int length = 2; length <= marker.length(); length++) {
            border[length] = extended(border[length - 1], marker.charAt(length - 1));
        }
    }

    /** The longest beginning of the marker that a text ends with, if it ended with such a one and a character is added. */
    private int extended(int length, char c) {
        int known = length;
        while (known > 0 && marker.charAt(known) != c) {
            known = border[known];
        }
        return known + (marker.charAt(known) == c ? 1 : 0);
    }

    /**
     * Takes the next character.
     *
     * @param certain gets what cannot belong to the marker
     * @return whether the marker is complete; it is not given out
     */
    boolean accept(char c, TextStage certain) {
        int before = matched;
        matched = extended(before, c);
        int given = before + 1 - matched;
        // What is given out is held text, perhaps with the character itself, which is not held then.
        certain.accept(marker.substring(0, Math.min(given, before)));
        if (given > before) {
            certain.accept(c);
        }
        if (matched < marker.length()) {
            return false;
        }
        matched = 0;
        return true;
    }

    /** Gives out what is held back. */
    void release(TextStage certain) {
        certain.accept(marker.substring(0, matched));
        matched = 0;
    }
}
