package io.github.glmjava;

import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.ToolCall;
import java.util.List;

/** A finished generation. Immutable. */
public final class GenerationResult {
    private final String text;
    private final Answer answer;
    private final int[] ids;
    private final FinishReason finishReason;
    private final Usage usage;
    private final Timing timing;
    private final List<TokenLogprob> logprobs;

    /**
     * A result.
     *
     * @param text the decoded text, as streamed
     * @param answer what the text is made of
     * @param ids the generated tokens
     * @param finishReason why it ended
     * @param usage token counts
     * @param timing durations
     * @param logprobs one for each id, or none
     */
    public GenerationResult(
            String text,
            Answer answer,
            int[] ids,
            FinishReason finishReason,
            Usage usage,
            Timing timing,
            List<TokenLogprob> logprobs) {
        this.text = text;
        this.answer = answer;
        this.ids = ids.clone();
        this.finishReason = finishReason;
        this.usage = usage;
        this.timing = timing;
        this.logprobs = List.copyOf(logprobs);
    }

    /** Exactly what the model wrote and what was streamed, without a stop token and without a matched stop string. */
    public String text() {
        return text;
    }

    /**
     * The text to show. For a chat this is what {@link #text} says to the user: without reasoning and calls of tools, and cleaned up
     * as the family's original chat function does it (ChatGLM3 for one begins its answers with a line break, which is dropped
     * here). Otherwise it is {@link #text}. A listener gets the text as it was written; {@link ChatSession#newAnswerParser} takes
     * that apart.
     */
    public String answer() {
        return answer.text();
    }

    /** What the model thought before it answered, in a chat with a model that does; otherwise empty. */
    public String reasoning() {
        return answer.reasoning();
    }

    /** The tools that the model wants to use, in order, in a chat; mostly none. */
    public List<ToolCall> toolCalls() {
        return answer.toolCalls();
    }

    /** The generated tokens, without a stop token but with those that make up a matched stop string; a copy. */
    public int[] ids() {
        return ids.clone();
    }

    /** Why the generation ended. */
    public FinishReason finishReason() {
        return finishReason;
    }

    /** Token counts. */
    public Usage usage() {
        return usage;
    }

    /** Durations. */
    public Timing timing() {
        return timing;
    }

    /**
     * Probabilities of the generated tokens, in order; empty unless {@link GenerationOptions.Builder#logprobs} asked
     * for them.
     */
    public List<TokenLogprob> logprobs() {
        return logprobs;
    }

    /**
     * The same generation, taken apart.
     *
     * @param answer what the text is made of
     * @return a new result
     */
    GenerationResult withAnswer(Answer answer) {
        return new GenerationResult(text, answer, ids, finishReason, usage, timing, logprobs);
    }

    @Override
    public String toString() {
        return "GenerationResult[" + finishReason + ", " + usage + ", '" + answer() + "']";
    }
}
