package io.github.glmjava.tokenizer;

/**
 * Takes an answer apart while it is being written. Text and reasoning are given out as soon as it is certain that they are such; a
 * call of a tool when it is complete. All parts put together are the answer that {@link AnswerFormat#parse} gives for the whole
 * text, however it was cut. The work is proportional to the length. Not safe for use by several threads.
 */
public interface AnswerParser {
    /**
     * Takes the next piece.
     *
     * @param piece decoded text, as {@link PromptFormat#newAnswerDecoder} gives it
     * @return what is certain now and was not before; often empty
     */
    Answer append(CharSequence piece);

    /** Ends the answer. What was held back comes out; what began like a call and is none is text. */
    Answer finish();
}
