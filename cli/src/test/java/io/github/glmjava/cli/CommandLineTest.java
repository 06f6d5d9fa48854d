package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common: help, and errors of one line. */
class CommandLineTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {"generate", "chat", "fill", "tokenize", "inspect", "verify", "perplexity", "quantize", "bench"})
    void everyCommandHasHelp(String command) {
        Run run = Run.glm(command, "--help");

        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("Usage: glm " + command + " "), run.out());
        assertTrue(run.out().contains("--threads"), run.out());
        assertTrue(run.out().contains("--debug"), run.out());
        assertEquals("", run.err());
        assertTrue(Run.glm("--help").out().contains("\n  " + command + " "));
    }

    @Test
    void versionNamesTheProduct() {
        Run run = Run.glm("--version");

        assertEquals(0, run.exitCode());
        assertTrue(run.out().startsWith("glm-java "), run.out());
    }

    @Test
    void wrongUsageIsOneLineAndExitCode2() {
        assertOneLine("Missing required subcommand (see glm --help)", Run.glm());
        assertOneLine("Unmatched argument at index 0: 'paint' (see glm --help)", Run.glm("paint"));
        assertOneLine("Unknown option: '--seed' (see glm verify --help)", Run.glm("verify", "folder", "--seed", "1"));
        assertOneLine("Missing required parameter: 'PROMPT' (see glm generate --help)", Run.glm("generate"));
        assertOneLine(
                "Invalid value for option '--seed': 'x' is not a long (see glm generate --help)",
                Run.glm("generate", "a", "--seed", "x"));
        assertOneLine(
                "--system needs the chat format, which --raw leaves out",
                Run.glm("generate", "a", "--raw", "--system", "b"));
        assertOneLine("--prefix is for plain texts, not for --chat", Run.glm("tokenize", "--chat", "--prefix"));
        assertOneLine("temperature must be at least 0 and finite, but is -1.0", Run.glm("chat", "--temperature", "-1"));
        assertOneLine("threads must be at least 1, found 0", Run.glm("inspect", "--threads", "0"));
    }

    @Test
    void brokenModelsAreOneLineAndExitCode2() throws IOException {
        Run missing = Run.glm("inspect", temporary.resolve("nothing here").toString());
        assertEquals(2, missing.exitCode());
        assertEquals(1, missing.err().lines().count(), missing.err());
        assertTrue(missing.err().contains("nothing here"), missing.err());

        Files.writeString(temporary.resolve("config.json"), "{\"model_type\": \"chatglm\",\n\"num_layers\": tru}");
        Run malformed = Run.glm("generate", "-m", temporary.toString(), "hello");
        assertEquals(2, malformed.exitCode());
        assertEquals(1, malformed.err().lines().count(), malformed.err());
        assertTrue(malformed.err().contains("config.json"), malformed.err());
        assertEquals("", malformed.out());
    }

    @Test
    void debugAddsTheStackTrace() {
        Run run = Run.glm("inspect", "--debug", temporary.toString());

        assertEquals(2, run.exitCode());
        List<String> lines = run.err().lines().toList();
        assertTrue(lines.getFirst().startsWith("glm: "), run.err());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("\tat io.github.glmjava.")), run.err());
    }

    @Test
    void messagesOfSeveralLinesBecomeOne() {
        assertEquals("first second", ErrorMessage.of(new IOException(" first\n   second\r\n")));
        assertEquals("java.lang.IllegalStateException", ErrorMessage.of(new IllegalStateException()));
    }

    private static void assertOneLine(String message, Run run) {
        assertEquals("glm: " + message + "\n", run.err());
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
    }
}
