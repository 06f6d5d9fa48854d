package io.github.glmjava.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation.
 *
 * @param role who speaks
 * @param metadata what follows the role on its line: a tool's name in an assistant message; mostly empty
 * @param content the text
 * @param tools the tools that a system message offers, as JSON values (maps, lists, strings, numbers, booleans, null);
 *     null when the message has no such field, which the formats tell apart from an empty list
 */
public record ChatMessage(
        ChatRole role,
        String metadata,
        String content,
        @Nullable List<?> tools) {
    /** A plain message of the given role. */
    public static ChatMessage of(ChatRole role, String content) {
        return new ChatMessage(role, "", content, null);
    }

    /** What the user says. */
    public static ChatMessage user(String content) {
        return of(ChatRole.USER, content);
    }

    /** What the model answered. */
    public static ChatMessage assistant(String content) {
        return of(ChatRole.ASSISTANT, content);
    }

    /** Instructions that hold for the whole conversation. */
    public static ChatMessage system(String content) {
        return of(ChatRole.SYSTEM, content);
    }
}
