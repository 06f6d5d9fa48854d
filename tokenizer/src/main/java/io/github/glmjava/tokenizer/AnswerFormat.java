package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.answer.AnswerLayout;
import java.util.List;

/**
 * How one model family writes reasoning and calls of tools into its answers. Nothing that a model writes is an error: what is not a
 * well-formed call is text. Immutable and safe for use by many threads.
 */
public interface AnswerFormat {
    /** Answers that are nothing but text. */
    static AnswerFormat text() {
        return AnswerLayout.TEXT;
    }

    /**
     * Begins an answer.
     *
     * @param tools those that the conversation offers, as in {@link ChatMessage#tools}: they tell which arguments are texts. May be
     *     empty
     */
    AnswerParser newParser(List<?> tools);

    /**
     * Takes a whole answer apart.
     *
     * @param answer the decoded answer, as {@link PromptFormat#newAnswerDecoder} gives it
     * @param tools as in {@link #newParser}
     */
    default Answer parse(String answer, List<?> tools) {
        AnswerParser parser = newParser(tools);
        return parser.append(answer).followedBy(parser.finish());
    }

    /**
     * An answer as messages, to be added to the conversation.
     *
     * @param answer as in {@link #parse}
     * @param parsed what {@link #parse} made of it
     * @return at least one message of the assistant
     */
    List<ChatMessage> messages(String answer, Answer parsed);
}
