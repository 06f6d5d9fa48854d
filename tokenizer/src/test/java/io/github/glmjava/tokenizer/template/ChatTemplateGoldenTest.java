package io.github.glmjava.tokenizer.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.SharedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every template of the GLM family with every conversation renders as Jinja renders it. */
class ChatTemplateGoldenTest {
    private static final String FOLDER = "tokenizers/chat-templates/";

    private static ChatTemplate load(String name) {
        try {
            return ChatTemplate.parse(Files.readString(SharedFiles.require(FOLDER + name)), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void rendersAllConversations() {
        Map<String, ChatTemplate> templates = new HashMap<>();
        List<JsonNode> rows = SharedFiles.rows(FOLDER + "cases.jsonl");
        for (JsonNode row : rows) {
            Map<String, Object> variables = new HashMap<>();
            variables.put("tools", null);
            for (var field : row.properties()) {
                if (!field.getKey().startsWith("expected") && !field.getKey().equals("template")) {
                    variables.put(field.getKey(), SharedFiles.value(field.getValue()));
                }
            }
            ChatTemplate template =
                    templates.computeIfAbsent(row.get("template").asString(), name -> load(name));
            assertEquals(
                    row.get("expected_text").asString(),
                    template.render(variables).toString(),
                    row::toString);
        }
        assertEquals(7, templates.size());
    }
}
