package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.List;

/** Checks that formats share. */
final class Conversations {
    private Conversations() {}

    /** Questions and answers in turn, without tools, that end with a question. */
    static void requireRounds(List<ChatMessage> messages, String family) {
        if (messages.size() % 2 == 0) {
            throw new IllegalArgumentException(
                    messages.size() + " messages, expected questions and answers that end with a question");
        }
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            ChatRole expected = i % 2 == 0 ? ChatRole.USER : ChatRole.ASSISTANT;
            if (message.role() != expected || message.tools() != null) {
                throw new IllegalArgumentException("message " + i + " is of role " + message.role()
                        + (message.tools() == null ? "" : " with tools") + ", " + family
                        + " expects a plain message of " + expected);
            }
        }
    }

    static void requireQuestion(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("no messages");
        }
        if (messages.getLast().role() == ChatRole.ASSISTANT) {
            throw new IllegalArgumentException("the last message is the assistant's, expected one to be answered");
        }
    }
}
