package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.ToolCall;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessagesJsonTest {
    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        List<?> tools = List.of(Map.of(
                "name", "天气", "count", 3, "share", 0.5, "big", new BigInteger("12345678901234567890"), "on", true));
        List<ChatMessage> messages = List.of(
                new ChatMessage(ChatRole.SYSTEM, "", "你是诗人。\n\"quoted\"", tools),
                ChatMessage.user(""),
                new ChatMessage(ChatRole.ASSISTANT, "天气", "tool_call()", null),
                new ChatMessage(
                        ChatRole.ASSISTANT,
                        "",
                        "",
                        null,
                        "hm",
                        List.of(
                                new ToolCall("f", "<arg_key>", Map.of("a", 1L, "b", List.of(0.5))),
                                new ToolCall("python", "1+1", null))),
                new ChatMessage(ChatRole.OBSERVATION, "", "sunny", null),
                new ChatMessage(ChatRole.SYSTEM, "", "", List.of()));

        String json = MessagesJson.write(messages);

        assertEquals(List.of(messages), MessagesJson.read(json, "test"));
        assertEquals(List.of(messages, messages), MessagesJson.read(json + json, "test"));
        assertEquals(List.of(), MessagesJson.read(" \n", "test"));
    }
}
