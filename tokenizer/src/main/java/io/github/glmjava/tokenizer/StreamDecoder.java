package io.github.glmjava.tokenizer;

import java.util.function.Consumer;

/** Lets a decoder that appends to a buffer give out its text piece by piece. */
final class StreamDecoder implements IncrementalDecoder {
    /** Decodes one id into a buffer. */
    interface Step {
        void append(int id, StringBuilder out);
    }

    private final Step step;
    private final Consumer<StringBuilder> end;
    private final StringBuilder out = new StringBuilder();

    StreamDecoder(Step step, Consumer<StringBuilder> end) {
        this.step = step;
        this.end = end;
    }

    @Override
    public String append(int id) {
        step.append(id, out);
        return take();
    }

    @Override
    public String finish() {
        end.accept(out);
        return take();
    }

    private String take() {
        String text = out.toString();
        out.setLength(0);
        return text;
    }
}
