package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.IncrementalDecoder;
import java.util.function.Supplier;

/** Decodes with one control token shown by name: the one that parts the messages of an answer. */
public final class NamedTokenDecoder implements IncrementalDecoder {
    private final int id;
    private final Supplier<IncrementalDecoder> continuation;
    private IncrementalDecoder decoder;

    /**
     * A decoder.
     *
     * @param id of {@code <|assistant|>}; negative if there is none
     * @param decoder decodes the tokens before the first of these
     * @param continuation decodes those behind one
     */
    public NamedTokenDecoder(int id, IncrementalDecoder decoder, Supplier<IncrementalDecoder> continuation) {
        this.id = id;
        this.decoder = decoder;
        this.continuation = continuation;
    }

    @Override
    public String append(int next) {
        if (next != id || next < 0) {
            return decoder.append(next);
        }
        String rest = decoder.finish();
        decoder = continuation.get();
        return rest + AnswerMessages.SEPARATOR;
    }

    @Override
    public String finish() {
        return decoder.finish();
    }
}
