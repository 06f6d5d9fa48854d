package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.ControlTokens;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that knows of each character whether the template or the data wrote it. As {@link ControlTokens} it allows them in
 * what the template wrote. Immutable; equal to a text with the same characters, wherever they come from.
 */
public final class TracedText implements CharSequence, ControlTokens {
    static final TracedText EMPTY = new TracedText("", new int[0]);
    private static final int[] ALL_DATA = {0};
    private static final int[] ALL_TEMPLATE = {};

    private final String text;

    /** Where the origin changes, ascending; before the first place is what the template wrote. */
    private final int[] borders;

    private TracedText(String text, int[] borders) {
        this.text = text;
        this.borders = borders;
    }

    /** A text that counts as the template's, such as the name of a role. Not for text that others wrote. */
    public static TracedText ofTemplate(String text) {
        return new TracedText(text, ALL_TEMPLATE);
    }

    static TracedText ofData(String text) {
        return text.isEmpty() ? EMPTY : new TracedText(text, ALL_DATA);
    }

    @Override
    public boolean areAllowedIn(int from, int to) {
        int borderBefore = borderAtOrBefore(from);
        boolean data = borderBefore % 2 == 0;
        return !data && (borderBefore + 1 == borders.length || borders[borderBefore + 1] >= to);
    }

    /** The number of the last border at or before a place, -1 if there is none; even if data begins there. */
    private int borderAtOrBefore(int place) {
        int found = Arrays.binarySearch(borders, place);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        return text.charAt(index);
    }

    @Override
    public TracedText subSequence(int from, int to) {
        if (from == 0 && to == text.length()) {
            return this;
        }
        Builder part = new Builder();
        part.append(this, from, to);
        return part.build();
    }

    /** The same origin, character by character, for another text of the same length. */
    TracedText withText(String other) {
        if (other.length() == text.length()) {
            return new TracedText(other, borders);
        }
        // Some characters change their number when their case changes.
        return borders.length == 0 ? ofTemplate(other) : ofData(other);
    }

    /** Without white space, or the given characters, at its ends: Python's {@code strip}, {@code lstrip}, {@code rstrip}. */
    TracedText strip(String characters, boolean left, boolean right) {
        int from = left ? PythonText.startWithout(text, characters) : 0;
        int to = right ? PythonText.endWithout(text, characters) : text.length();
        return from < to ? subSequence(from, to) : EMPTY;
    }

    static TracedText concat(List<TracedText> parts) {
        Builder all = new Builder();
        parts.forEach(part -> all.append(part, 0, part.length()));
        return all.build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TracedText that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The characters. */
    @Override
    public String toString() {
        return text;
    }

    /** Joins texts. */
    static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private int[] borders = new int[4];
        private int count;

        void append(TracedText more, int from, int to) {
            if (from == to) {
                return;
            }
            int border = more.borderAtOrBefore(from);
            begin(border >= 0 && border % 2 == 0);
            for (int next = border + 1; next < more.borders.length && more.borders[next] < to; next++) {
                add(text.length() + more.borders[next] - from);
            }
            text.append(more.text, from, to);
        }

        void append(TracedText more) {
            append(more, 0, more.length());
        }

        private void begin(boolean data) {
            boolean now = count % 2 == 1;
            if (data != now) {
                if (count > 0 && borders[count - 1] == text.length()) {
                    count--;
                } else {
                    add(text.length());
                }
            }
        }

        private void add(int border) {
            if (count == borders.length) {
                borders = Arrays.copyOf(borders, count * 2);
            }
            borders[count++] = border;
        }

        int length() {
            return text.length();
        }

        TracedText build() {
            return text.isEmpty() ? EMPTY : new TracedText(text.toString(), Arrays.copyOf(borders, count));
        }
    }
}
