package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.IncrementalDecoder;
import java.util.function.IntPredicate;

/** Decodes with certain ids taken as if they were outside the vocabulary: they give no text and end a run of bytes. */
final class HidingDecoder implements IncrementalDecoder {
    private static final int NO_TOKEN = -1;

    private final IncrementalDecoder decoder;
    private final IntPredicate hidden;

    HidingDecoder(IncrementalDecoder decoder, IntPredicate hidden) {
        this.decoder = decoder;
        this.hidden = hidden;
    }

    @Override
    public String append(int id) {
        return decoder.append(hidden.test(id) ? NO_TOKEN : id);
    }

    @Override
    public String finish() {
        return decoder.finish();
    }
}
