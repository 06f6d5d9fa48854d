package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.List;

/** Checks that formats with role tokens share. */
final class Conversations {
    private Conversations() {}

    static void requireQuestion(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("no messages");
        }
        if (messages.getLast().role() == ChatRole.ASSISTANT) {
            throw new IllegalArgumentException("the last message is the assistant's, expected one to be answered");
        }
    }
}
