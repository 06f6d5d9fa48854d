package io.github.glmjava.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * A model's answer or a part of one, taken into its kinds of content. Immutable.
 *
 * @param text what is said to the user, without white space around it
 * @param reasoning what the model thought before that, likewise; empty if it did not
 * @param toolCalls the tools that it wants to use, in order
 */
public record Answer(String text, String reasoning, List<ToolCall> toolCalls) {
    /** Copies the list. */
    public Answer {
        toolCalls = List.copyOf(toolCalls);
    }

    /** Whether there is nothing in it. */
    public boolean isEmpty() {
        return text.isEmpty() && reasoning.isEmpty() && toolCalls.isEmpty();
    }

    /** This part and the one that follows it. */
    public Answer followedBy(Answer next) {
        List<ToolCall> calls = new ArrayList<>(toolCalls);
        calls.addAll(next.toolCalls);
        return new Answer(text + next.text, reasoning + next.reasoning, calls);
    }
}
