package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** The stages of one format: reasoning, calls, clean-up. */
final class StagedParser implements AnswerParser {
    private final CollectingStage text = new CollectingStage();
    private final CollectingStage reasoning = new CollectingStage();
    private final List<ToolCall> calls = new ArrayList<>();
    private final TextStage first;

    StagedParser(AnswerLayout layout, List<?> tools) {
        StripStage cleaned = new StripStage(layout.clean().apply(text));
        TextStage stage = switch (layout.calls()) {
            case NONE -> cleaned;
            case NAME_AND_FENCED_BLOCK -> new NamedCallStage(cleaned, calls::add, new FencedContent());
            case NAME_AND_JSON -> new NamedCallStage(cleaned, calls::add, new JsonContent());
            case TAGGED -> new TaggedCallStage(cleaned, calls::add, tools);
        };
        first = layout.reasoning() == AnswerLayout.Reasoning.NONE
                ? stage
                : new ReasoningStage(
                        layout.reasoning() == AnswerLayout.Reasoning.BEGUN_BY_PROMPT, new StripStage(reasoning), stage);
    }

    @Override
    public Answer append(CharSequence piece) {
        first.accept(piece);
        return take();
    }

    @Override
    public Answer finish() {
        first.finish();
        return take();
    }

    private Answer take() {
        Answer answer = new Answer(text.take(), reasoning.take(), calls);
        calls.clear();
        return answer;
    }
}
