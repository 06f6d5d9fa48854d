package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Chats through a pipe. */
class ChatCommandTest {
    @TempDir
    Path temporary;

    @Test
    void savesLoadsAndGoesOn() throws IOException {
        JsonNode example = Examples.secondTurn();
        String question = example.get("prompt").stringValue();
        String answer = example.get("text").stringValue();
        Path earlier = temporary.resolve("earlier conversation.json");
        Files.writeString(earlier, example.get("history").toString());
        Path saved = temporary.resolve("saved.json");

        Run run = Run.withInput("/load " + earlier + "\n" + question + "\n/save " + saved + "\n", "chat", "--greedy");

        assertEquals(0, run.exitCode());
        assertEquals(answer + "\n", run.out());
        assertEquals("[2 messages loaded]\n[4 messages saved]\n", run.err());
        List<ChatMessage> messages =
                MessagesJson.read(Files.readString(saved), "saved").getFirst();
        assertEquals(4, messages.size());
        assertEquals(ChatMessage.user(question), messages.get(2));
        assertEquals(ChatMessage.assistant(answer), messages.get(3));
    }

    @Test
    void resetForgetsAllButTheInstructions() throws IOException {
        Path saved = temporary.resolve("saved.json");
        String system = "你是一位诗人。";

        Run run = Run.withInput("你好\n再写一首\n/reset\n你好\n/save " + saved + "\n", "chat", "--greedy", "--system", system);

        List<ChatMessage> messages =
                MessagesJson.read(Files.readString(saved), "saved").getFirst();
        assertEquals(3, messages.size());
        assertEquals(ChatMessage.system(system), messages.get(0));
        assertEquals(ChatMessage.user("你好"), messages.get(1));
        String answer = messages.get(2).content();
        assertTrue(run.out().startsWith(answer + "\n"), run.out());
        assertTrue(run.out().endsWith(answer + "\n"), run.out());
    }

    @Test
    void mistakesDoNotEndTheChat() {
        Run run = Run.withInput(
                "\n  \n/paint\n/save\n/load " + temporary.resolve("nothing") + "\n" + "诗".repeat(600) + "\n你好\n",
                "chat",
                "--greedy");

        assertEquals(0, run.exitCode());
        List<String> errors = run.err().lines().toList();
        assertEquals(4, errors.size(), run.err());
        assertEquals("glm: unknown command /paint, /help shows all", errors.get(0));
        assertEquals("glm: /save needs the name of a file", errors.get(1));
        assertEquals("glm: there is no file or folder " + temporary.resolve("nothing"), errors.get(2));
        assertTrue(errors.get(3).contains("512"), errors.get(3));
        assertTrue(run.out().startsWith("你好！"), run.out());
    }

    @Test
    void endsWithExitAndHasHelp() {
        Run run = Run.withInput("/help\n/exit\n你好\n", "chat");

        assertEquals(0, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("/reset "), run.err());
    }

    @Test
    void saysWhenAnAnswerIsCutOffAndHowFastItWas() {
        Run run = Run.withInput("你好\n", "chat", "--greedy", "--max-tokens", "4", "-v");

        List<String> notes = run.err().lines().toList();
        assertEquals(2, notes.size(), run.err());
        assertEquals("[cut off: too long]", notes.get(0));
        assertTrue(notes.get(1).startsWith("[4 tokens, "), run.err());
    }
}
