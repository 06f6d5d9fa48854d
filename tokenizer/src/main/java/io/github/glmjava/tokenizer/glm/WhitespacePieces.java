package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pieces of ChatGLM-6B for white space: {@code <n>}, {@code <|tab|>} and {@code <|blank_2|>} to {@code <|blank_80|>}. Immutable. */
final class WhitespacePieces {
    private static final int LONGEST_BLANK = 80;

    private final Map<Integer, String> textOfId = new HashMap<>();

    WhitespacePieces(SentencePieceTokenizer file) {
        enter(file, "<n>", "\n");
        enter(file, "<|tab|>", "\t");
        for (int length = 2; length <= LONGEST_BLANK; length++) {
            enter(file, blank(length), " ".repeat(length));
        }
    }

    private void enter(SentencePieceTokenizer file, String piece, String text) {
        int id = file.id(piece);
        if (id < 0) {
            throw new IllegalArgumentException(
                    "the model file has no piece " + piece + ", it is not that of ChatGLM-6B");
        }
        textOfId.put(id, text);
    }

    private static String blank(int length) {
        return "<|blank_" + length + "|>";
    }

    /** The white space that an id stands for, or null. */
    @Nullable
    String text(int id) {
        return textOfId.get(id);
    }

    /** A text with white space written as pieces. */
    static final class Rewritten {
        private final String text;
        private final int[] sources;

        private Rewritten(String text, int[] sources) {
            this.text = text;
            this.sources = sources;
        }

        /** What to encode. */
        String text() {
            return text;
        }

        /** The index in the original of a {@code char} of the text, or of its end. */
        int source(int index) {
            return sources[index];
        }
    }

    /** Writes the white space of {@code text[from..to)} as pieces; a single space stays. */
    Rewritten rewrite(String text, int from, int to) {
        StringBuilder out = new StringBuilder(to - from + 16);
        int[] sources = new int[to - from + 17];
        for (int i = from; i < to; ) {
            char c = text.charAt(i);
            int end = i + 1;
            while (c == ' ' && end < to && end - i < LONGEST_BLANK && text.charAt(end) == ' ') {
                end++;
            }
            int length = out.length();
            if (c == '\n') {
                out.append("<n>");
            } else if (c == '\t') {
                out.append("<|tab|>");
            } else if (end - i > 1) {
                out.append(blank(end - i));
            } else {
                out.append(c);
            }
            if (out.length() >= sources.length) {
                sources = Arrays.copyOf(sources, out.length() * 2);
            }
            Arrays.fill(sources, length, out.length(), i);
            i = end;
        }
        sources[out.length()] = to;
        return new Rewritten(out.toString(), sources);
    }
}
