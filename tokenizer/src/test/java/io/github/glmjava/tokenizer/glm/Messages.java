package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.SharedFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Reads conversations of the golden data. */
final class Messages {
    private Messages() {}

    static List<ChatMessage> of(JsonNode array) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : array) {
            messages.add(new ChatMessage(
                    ChatRole.valueOf(message.get("role").asString().toUpperCase(Locale.ROOT)),
                    message.has("metadata") ? message.get("metadata").asString() : "",
                    message.get("content").asString(),
                    message.has("tools") ? (List<?>) SharedFiles.value(message.get("tools")) : null));
        }
        return messages;
    }
}
