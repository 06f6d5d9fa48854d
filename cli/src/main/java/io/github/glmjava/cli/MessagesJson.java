package io.github.glmjava.cli;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Conversations as JSON: an array of objects with {@code role} (system, user, assistant or observation), {@code
 * content} and, where they say something, {@code metadata} (a text), {@code tools} (an array), {@code reasoning_content} (a text) and
 * {@code tool_calls} (objects with {@code name}, {@code content} and {@code arguments}).
 */
final class MessagesJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            // One conversation may follow another.
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private MessagesJson() {}

    /**
     * Reads conversations, one after the other.
     *
     * @param text the JSON
     * @param source its name, for messages
     */
    static List<List<ChatMessage>> read(String text, String source) throws IOException {
        List<List<ChatMessage>> conversations = new ArrayList<>();
        try (JsonParser parser = MAPPER.createParser(text)) {
            while (parser.nextToken() != null) {
                conversations.add(conversation(MAPPER.readTree(parser), source));
            }
        } catch (JacksonException e) {
            throw new IOException(source + ": not JSON: " + e.getOriginalMessage(), e);
        }
        return conversations;
    }

    private static List<ChatMessage> conversation(JsonNode json, String source) throws IOException {
        if (!json.isArray()) {
            throw new IOException(source + ": expected an array of messages, found " + kind(json));
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : json) {
            messages.add(message(message, source + ": message " + messages.size()));
        }
        return messages;
    }

    private static ChatMessage message(JsonNode json, String where) throws IOException {
        if (!json.isObject()) {
            throw new IOException(where + ": expected an object, found " + kind(json));
        }
        JsonNode tools = json.path("tools");
        if (!tools.isArray() && !tools.isMissingNode() && !tools.isNull()) {
            throw new IOException(where + ": expected tools to be an array, found " + kind(tools));
        }
        List<?> toolValues = tools.isArray() ? MAPPER.treeToValue(tools, List.class) : null;
        return new ChatMessage(
                role(text(json, "role", null, where), where),
                text(json, "metadata", "", where),
                text(json, "content", null, where),
                toolValues,
                text(json, "reasoning_content", "", where),
                toolCalls(json.path("tool_calls"), where));
    }

    private static List<ToolCall> toolCalls(JsonNode json, String where) throws IOException {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : json) {
            JsonNode arguments = call.path("arguments");
            Map<String, @Nullable Object> values = arguments.isObject()
                    ? MAPPER.readerFor(new TypeReference<Map<String, @Nullable Object>>() {})
                            .with(DeserializationFeature.USE_LONG_FOR_INTS)
                            .readValue(arguments)
                    : null;
            calls.add(new ToolCall(text(call, "name", null, where), text(call, "content", "", where), values));
        }
        return calls;
    }

    private static ChatRole role(String name, String where) throws IOException {
        for (ChatRole role : ChatRole.values()) {
            if (name(role).equals(name)) {
                return role;
            }
        }
        throw new IOException(
                where + ": unknown role \"" + name + "\", expected system, user, assistant or observation");
    }

    private static String text(JsonNode json, String field, @Nullable String fallback, String where)
            throws IOException {
        JsonNode value = json.path(field);
        if (value.isString()) {
            return value.stringValue();
        }
        if (fallback != null && (value.isMissingNode() || value.isNull())) {
            return fallback;
        }
        throw new IOException(where + ": expected " + field + " to be a string, found " + kind(value));
    }

    private static String kind(JsonNode json) {
        return json.isMissingNode() ? "nothing" : json.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String name(ChatRole role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Writes a conversation so that {@link #read} gives it back. */
    static String write(List<ChatMessage> messages) {
        List<Map<String, Object>> json = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("role", name(message.role()));
            if (!message.metadata().isEmpty()) {
                fields.put("metadata", message.metadata());
            }
            fields.put("content", message.content());
            List<?> tools = message.tools();
            if (tools != null) {
                fields.put("tools", tools);
            }
            if (!message.reasoning().isEmpty()) {
                fields.put("reasoning_content", message.reasoning());
            }
            if (!message.toolCalls().isEmpty()) {
                fields.put("tool_calls", message.toolCalls());
            }
            json.add(fields);
        }
        return MAPPER.writeValueAsString(json);
    }
}
