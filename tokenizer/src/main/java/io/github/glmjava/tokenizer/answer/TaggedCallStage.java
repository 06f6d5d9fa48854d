package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the calls between {@code <tool_call>} and {@code </tool_call>} out of a text: GLM-4.5 and later. */
final class TaggedCallStage implements TextStage {
    private static final String START = "<tool_call>";
    private static final String END = "</tool_call>";

    private final MarkerFinder start = new MarkerFinder(START);
    private final MarkerFinder end = new MarkerFinder(END);
    private final StringBuilder call = new StringBuilder();
    private final TextStage body = new TextStage() {
        @Override
        public void accept(char c) {
            call.append(c);
        }

        @Override
        public void finish() {
            throw new AssertionError("a call is not ended by its characters");
        }
    };
    private final TextStage text;
    private final Consumer<ToolCall> calls;
    private final ToolTypes types;
    private boolean inCall;

    TaggedCallStage(TextStage text, Consumer<ToolCall> calls, List<?> tools) {
        this.text = text;
        this.calls = calls;
        this.types = new ToolTypes(tools);
    }

    @Override
    public void accept(char c) {
        if (!inCall) {
            inCall = start.accept(c, text);
        } else if (end.accept(c, body)) {
            inCall = false;
            ToolCall parsed = parse(call.toString());
            if (parsed == null) {
                text.accept(START + call + END);
            } else {
                calls.accept(parsed);
            }
            call.setLength(0);
        }
    }

    @Override
    public void finish() {
        if (inCall) {
            end.release(body);
            text.accept(START);
            text.accept(call);
        } else {
            start.release(text);
        }
        text.finish();
    }

    private @Nullable ToolCall parse(String body) {
        return TaggedCall.parse(body, types);
    }
}
