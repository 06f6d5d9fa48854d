package io.github.glmjava.tokenizer;

import java.util.ArrayList;
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
 * @param reasoning what an assistant thought before the content; mostly empty. Only templates can say it
 * @param toolCalls the tools that an assistant calls behind the content, in the families whose template writes them (GLM-4.5 and
 *     later). In the others a call is a message of its own, with the tool's name as metadata
 */
public record ChatMessage(
        ChatRole role,
        String metadata,
        String content,
        @Nullable List<?> tools,
        String reasoning,
        List<ToolCall> toolCalls) {
    /** Copies the list of calls. */
    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    /** A message without reasoning and without calls. */
    public ChatMessage(ChatRole role, String metadata, String content, @Nullable List<?> tools) {
        this(role, metadata, content, tools, "", List.of());
    }

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

    /** The result of a tool that the model called. */
    public static ChatMessage observation(String content) {
        return of(ChatRole.OBSERVATION, content);
    }

    /** Instructions that hold for the whole conversation. */
    public static ChatMessage system(String content) {
        return of(ChatRole.SYSTEM, content);
    }

    /** All tools that a conversation offers. */
    public static List<?> tools(List<ChatMessage> messages) {
        List<Object> all = new ArrayList<>();
        for (ChatMessage message : messages) {
            List<?> tools = message.tools();
            if (tools != null) {
                all.addAll(tools);
            }
        }
        return all;
    }
}
