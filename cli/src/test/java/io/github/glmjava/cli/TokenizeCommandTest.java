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
    void idsBecomeTexts() {
        String ids = Run.glm("tokenize", "明月").out();

        assertEquals("明月\n", Run.glm("tokenize", "--decode", ids.strip()).out());
        assertEquals(
                "明月\n",
                Run.withInput(ids.replaceAll("[\\[\\],]", " "), "tokenize", "--decode")
                        .out());
        assertEquals(
                "{\"decoded\":\"明月\"}\n",
                Run.withInput("{\"ids\": " + ids.strip() + "}\n", "tokenize", "--decode", "--jsonl")
                        .out());
    }

    @Test
    void offsetsAreBytes() {
        JsonNode line = JsonMapper.shared()
                .readTree(Run.withInput("{\"text\": \"明月\"}", "tokenize", "--jsonl", "--offsets")
                        .out());

        assertEquals("明月", line.get("decoded").stringValue());
        assertEquals(line.get("ids").size(), line.get("offsets").size());
        JsonNode last = line.get("offsets").get(line.get("offsets").size() - 1);
        assertEquals(6, last.get(1).intValue());
    }

    @Test
    void wrongLinesAndOptionsAreNamed() throws IOException {
        assertFailure("line 2: expected text to be a string, found nothing", "{\"text\": \"\"}\n{}", "--jsonl");
        assertFailure("line 1: not JSON: ", "{", "--jsonl");
        assertFailure("line 1: expected an object, found array", "[]", "--jsonl");
        assertFailure("line 1: not JSON: ", "one", "--decode");
        assertFailure("line 1: expected ids to be integers, found 1.5", "1.5", "--decode");
        assertFailure("--raw is without the prefix", "", "--raw", "--prefix");
        assertFailure("--special goes with none of", "", "--special", "--raw");
        assertFailure("--special needs a tokenizer.json", "", "--special");
        assertFailure("--chat and --prefix need a model", "", "--chat", "--tokenizer", "x");
        Path empty = Files.createFile(temporary.resolve("tokenizer.model"));
        assertFailure(empty + ": the file is empty", "", "--tokenizer", empty.toString());
    }

    private static void assertFailure(String message, String input, String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "tokenize";
        System.arraycopy(options, 0, arguments, 1, options.length);
        Run run = Run.withInput(input, arguments);

        assertEquals(2, run.exitCode(), run.err());
        assertTrue(run.err().startsWith("glm: " + message), run.err());
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
