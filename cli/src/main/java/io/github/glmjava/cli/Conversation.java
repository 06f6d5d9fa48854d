package io.github.glmjava.cli;

import io.github.glmjava.Cancellation;
import io.github.glmjava.ChatOptions;
import io.github.glmjava.ChatSession;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.TokenListener;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chat session of the terminal, which may be replaced by another conversation. */
final class Conversation implements AutoCloseable {
    private final GlmModel model;
    private final GenerationOptions options;
    private ChatSession session;

    /**
     * Begins a conversation.
     *
     * @param options how to generate
     * @param system instructions to the model, or null
     */
    Conversation(GlmModel model, GenerationOptions options, @Nullable String system) {
        this.model = model;
        this.options = options;
        this.session = open(system == null ? List.of() : List.of(ChatMessage.system(system)));
    }

    private ChatSession open(List<ChatMessage> messages) {
        return model.chat(
                ChatOptions.builder().messages(messages).generation(options).build());
    }

    GenerationResult send(String text, TokenListener listener, Cancellation cancellation) {
        return session.send(ChatMessage.user(text), GenerationOptions.unset(), listener, cancellation);
    }

    /** Takes the next answer apart while it is generated. */
    AnswerParser newAnswerParser() {
        return session.newAnswerParser();
    }

    List<ChatMessage> messages() {
        return session.history();
    }

    /** Forgets everything except the instructions. */
    void reset() {
        session.reset();
    }

    /** Goes on with another conversation. */
    void replace(List<ChatMessage> messages) {
        ChatSession other = open(messages);
        session.close();
        session = other;
    }

    @Override
    public void close() {
        session.close();
    }
}
