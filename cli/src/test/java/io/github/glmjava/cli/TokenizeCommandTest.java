package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenizeCommandTest {
    @TempDir
    Path temporary;

    @Test
    void everyLineBecomesAnArray() {
        Run run = Run.withInput("明月\r\n\n明\r月\n床前", "tokenize");

        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertEquals(4, lines.size(), run.out());
        assertEquals(Run.glm("tokenize", "明月").out(), lines.get(0) + "\n");
        assertEquals("[]", lines.get(1));
        assertEquals(Run.glm("tokenize", "明\r月").out(), lines.get(2) + "\n");
        assertEquals(Run.glm("tokenize", "床前").out(), lines.get(3) + "\n");
        assertEquals("", Run.withInput("", "tokenize").out());
    }

    @Test
    void prefixIsThatOfTheFamily() {
        String plain = Run.glm("tokenize", "明月").out();

        // [gMASK] sop
        assertEquals(
                "[6633, 6635, " + plain.substring(1),
                Run.glm("tokenize", "--prefix", "明月").out());
    }

    @Test
    void chatsBecomePrompts() throws IOException {
        StringBuilder json = new StringBuilder();
        StringBuilder ids = new StringBuilder();
        for (JsonNode example : Examples.clear()) {
            json.append(JsonMapper.shared()
                            .createArrayNode()
                            .add(message(example))
                            .toPrettyString())
                    .append('\n');
            ids.append(example.get("input_ids").toString().replace(",", ", ")).append('\n');
        }
        Path file = temporary.resolve("messages.json");
        Files.writeString(file, json);

        assertEquals(
                ids.toString(),
                Run.withInput(json.toString(), "tokenize", "--chat").out());
        assertEquals(
                ids.toString(), Run.glm("tokenize", "--chat", file.toString()).out());
    }

    private static JsonNode message(JsonNode example) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("role", "user")
                .put("content", example.get("prompt").stringValue());
    }

    @Test
    void wrongMessagesAreNamed() {
        assertFails("stdin: not JSON: ", "[{]");
        assertFails("stdin: expected an array of messages, found object", "{}");
        assertFails("stdin: message 0: expected an object, found string", "[\"hello\"]");
        assertFails("stdin: message 0: expected role to be a string, found nothing", "[{}]");
        assertFails(
                "stdin: message 1: unknown role \"poet\", expected system, user, assistant or observation",
                "[{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"poet\", \"content\": \"b\"}]");
        assertFails(
                "stdin: message 0: expected content to be a string, found number",
                "[{\"role\": \"user\", \"content\": 1}]");
        assertFails(
                "stdin: message 0: expected tools to be an array, found object",
                "[{\"role\": \"system\", \"content\": \"\", \"tools\": {}}]");
    }

    private static void assertFails(String message, String json) {
        Run run = Run.withInput(json, "tokenize", "--chat");

        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("glm: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
