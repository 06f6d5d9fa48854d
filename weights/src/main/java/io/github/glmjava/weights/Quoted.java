package io.github.glmjava.weights;

/**
 * Text from an untrusted file, made fit for a message: in quotation marks, at most {@value #MAX_LENGTH} characters, and
 * without control characters, so that a hostile tensor name cannot flood or forge a log.
 */
final class Quoted {
    private static final int MAX_LENGTH = 200;

    private Quoted() {}

    static String of(String untrusted) {
        StringBuilder quoted = new StringBuilder("'");
        int end = Math.min(untrusted.length(), MAX_LENGTH);
        for (int i = 0; i < end; i++) {
            char c = untrusted.charAt(i);
            quoted.append(isUnfit(untrusted, i) ? '?' : c);
        }
        if (end < untrusted.length()) {
            quoted.append("...");
        }
        return quoted.append('\'').toString();
    }

    private static boolean isUnfit(String text, int index) {
        char c = text.charAt(index);
        return Character.isISOControl(c) || (Character.isSurrogate(c) && !isPaired(text, index));
    }

    private static boolean isPaired(String text, int index) {
        return Character.isHighSurrogate(text.charAt(index))
                ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
    }
}
