package io.github.glmjava.generation;

import io.github.glmjava.tokenizer.IncrementalDecoder;
import java.util.List;

/**
 * The text of an answer as it grows: tokens go in, text that is certain comes out. What came out piece by piece,
 * including {@link #finish}, is exactly {@link #text}.
 */
final class AnswerText {
    private final IncrementalDecoder decoder;
    private final StopStringMatcher matcher;
    private final StringBuilder text = new StringBuilder();

    AnswerText(IncrementalDecoder decoder, List<String> stopStrings) {
        this.decoder = decoder;
        matcher = new StopStringMatcher(stopStrings);
    }

    String append(int id) {
        String certain = matcher.accept(decoder.append(id));
        text.append(certain);
        return certain;
    }

    /** Gives out what was held back; nothing if a stop string was reached. */
    String finish() {
        if (stopped()) {
            return "";
        }
        String rest = matcher.accept(decoder.finish());
        if (!stopped()) {
            rest += matcher.finish();
        }
        text.append(rest);
        return rest;
    }

    /** Whether a stop string was reached. */
    boolean stopped() {
        return matcher.matched();
    }

    String text() {
        return text.toString();
    }
}
