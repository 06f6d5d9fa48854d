package io.github.glmjava.tokenizer;

import java.util.List;
import java.util.Map;

/**
 * How one model family turns text and conversations into prompt ids. Text inside a message never becomes a control
 * token. Implementations are immutable and safe for use by many threads.
 */
public interface PromptFormat {
    /** The tokenizer beneath. */
    Tokenizer tokenizer();

    /**
     * A plain text to be continued, with the family's prefix or suffix.
     *
     * @param text may be empty
     * @return prompt ids
     */
    int[] encodeText(String text);

    /**
     * A whole conversation that ends where the model is to answer.
     *
     * @param messages oldest first, at least one; the last one is not the model's
     * @return prompt ids
     * @throws IllegalArgumentException if the family cannot express the conversation
     */
    int[] encodeChat(List<ChatMessage> messages);

    /**
     * True if {@link #encodeContinuation} works. It cannot where the answer is not generated behind the conversation alone: every
     * question then needs its whole prompt.
     */
    default boolean canContinue() {
        return true;
    }

    /**
     * The same format with values for the variables of a chat template, such as {@code enable_thinking}.
     *
     * @param variables JSON values by name
     * @throws IllegalArgumentException if there are any and the family's prompt is not defined by a template
     */
    default PromptFormat withVariables(Map<String, ?> variables) {
        if (variables.isEmpty()) {
            return this;
        }
        throw new IllegalArgumentException(
                "the prompt of this family is fixed, it has no variables such as " + variables.keySet());
    }

    /**
     * What to append to a sequence that already holds an encoded conversation and the answer generated for it (without
     * the stop token), so that the model answers the next message.
     *
     * @param earlier the messages that the sequence holds, the answer included; at least two
     * @param next the new messages, at least one
     * @return ids to append
     * @throws UnsupportedOperationException if not {@link #canContinue}
     */
    int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next);

    /**
     * A text with blanks, written as {@code [MASK]}, {@code [sMASK]} or {@code [gMASK]}. Not for text that others wrote, unless
     * they may ask for blanks, too.
     *
     * @param text may be without blanks
     * @throws UnsupportedOperationException if the family does not fill blanks
     */
    default BlankText encodeBlanks(String text) {
        throw new UnsupportedOperationException("this family does not fill blanks");
    }

    /** Ids that end an answer, besides those that the model's own configuration names. */
    int[] stopIds();

    /** How the model's answers are written. */
    AnswerFormat answerFormat();

    /**
     * Decodes an answer to the text that {@link #answerFormat} reads: as {@link Tokenizer#newDecoder}, but with
     * {@code <|assistant|>} shown where it parts messages.
     */
    default IncrementalDecoder newAnswerDecoder() {
        return tokenizer().newDecoder();
    }
}
