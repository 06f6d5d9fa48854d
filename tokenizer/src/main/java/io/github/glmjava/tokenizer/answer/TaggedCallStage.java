package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import java.util.List;
import java.util.function.Consumer;

/** Takes the calls between {@code <tool_call>} and {@code </tool_call>} out of a text: GLM-4.5 and later. */
final class TaggedCallStage implements TextStage {
    private static final String START = "<tool_call>";
    private static final String END = "</tool_call>";

    private final MarkerFinder start = new MarkerFinder(START);
    private final MarkerFinder end = new MarkerFinder(END);
    private final CollectingStage body = new CollectingStage();
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
            String written = body.take();
            ToolCall call = TaggedCall.parse(written, types);
            if (call == null) {
                text.accept(START + written + END);
            } else {
                calls.accept(call);
            }
        }
    }

    @Override
    public void finish() {
        if (inCall) {
            end.release(body);
            text.accept(START);
            text.accept(body.take());
        } else {
            start.release(text);
        }
        text.finish();
    }
}
