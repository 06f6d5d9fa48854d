package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

/** The bytes as tokens 0 to 255, and a few that they merge to. */
class Gpt2FilesTest {
    @TempDir
    private Path folder;

    private Path vocabulary = Path.of("");
    private Path merges = Path.of("");

    @BeforeEach
    void writeTheFiles() throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        int free = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
            ids.put(String.valueOf((char) (printable ? value : free++)), value);
        }
        ids.put("\u0120a", 256);
        ids.put("bc", 257);
        ids.put("\u0120abc", 258);
        ids.put("\\\"", 259);
        vocabulary = Files.writeString(folder.resolve("vocab.json"), new ObjectMapper().writeValueAsString(ids));
        merges = Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n\u0120 a\nb c\n\u0120a bc\n\\ \"\n");
    }

    @Test
    void mergesInTheirOrder() throws IOException {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.loadGpt2(vocabulary, merges);

        assertArrayEquals(new int[] {'a', 257, 258, 256, 'b'}, tokenizer.encode("abc abc ab"));
        assertArrayEquals(new int[] {259}, tokenizer.encode("\\\""));
        assertEquals("abc abc ab", tokenizer.decode('a', 257, 258, 256, 'b'));
    }

    @Test
    void malformedFilesAreNamed() throws IOException {
        Files.writeString(merges, "#version: 0.2\nb x y\n");
        assertNamed();
        Files.writeString(merges, "#version: 0.2\nb\tc\n");
        assertNamed();
        Files.writeString(merges, "b c\n");
        Files.writeString(vocabulary, "{\"a\": 0");
        assertNamed();
        Files.writeString(vocabulary, "[]");
        assertNamed();
        Files.writeString(vocabulary, "{},\"ignore_merges\":true");
        assertNamed();
    }

    private void assertNamed() {
        Throwable error =
                assertThrows(TokenizerException.class, () -> HuggingFaceTokenizer.loadGpt2(vocabulary, merges));
        assertTrue(String.valueOf(error.getMessage()).contains("vocab.json with merges.txt"), error.getMessage());
    }
}
