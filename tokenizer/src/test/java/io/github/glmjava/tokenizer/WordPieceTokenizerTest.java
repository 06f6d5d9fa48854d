package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WordPiece on vocabularies small enough to check by hand, its rules, and malformed files. */
class WordPieceTokenizerTest {
    private static final String FILE = "some.txt";

    @TempDir
    private Path folder;

    private static WordPieceTokenizer parse(String vocabulary) throws TokenizerException {
        return WordPieceTokenizer.parse(vocabulary.getBytes(StandardCharsets.UTF_8), FILE, WordPieceRules.uncased());
    }

    @Test
    void takesTheLongestPieceAndNeverTurnsBack() throws IOException {
        WordPieceTokenizer tokenizer = parse("[UNK]\nun\nu\n##n\n##aff\n##able\n##affab\n##le\nab\n##a\n##b\n");
        assertArrayEquals(new int[] {1, 6, 7}, tokenizer.encode("unaffable"));
        assertArrayEquals(new int[] {2, 10, 9, 3}, tokenizer.encode("ubAN"));
        // After ##affab there is no piece for "l", although ##aff and others cover it.
        assertArrayEquals(new int[] {0, 8}, tokenizer.encode("unaffabl ab"));
        assertArrayEquals(new int[] {0}, tokenizer.encode("naff"));
        assertEquals("unaffable ab", tokenizer.decode(1, 6, 7, 8));
    }

    @Test
    void everyIdStandsForItsPartOfTheText() throws IOException {
        Encoding encoding = WordPieceGoldenTest.load(WordPieceRules.uncased())
                .encodeWithOffsets(" Cafe\u0301s,\u0000 \u200bin 天下 İ ÑÑ 𝒳x");
        assertEquals(
                List.of("Cafe\u0301", "s", ",", "in", "天", "下", "İ", "Ñ", "Ñ", "𝒳x"),
                IntStream.range(0, encoding.size()).mapToObj(encoding::surface).toList());
    }

    /** {@code BasicTokenizer} drops marks after decomposing them; we do before, which is the same if they decompose to such marks only. */
    @Test
    void marksWithoutWidthDecomposeToThemselves() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (Character.getType(codePoint) == Character.NON_SPACING_MARK) {
                assertTrue(
                        Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFD)
                                .codePoints()
                                .allMatch(part -> Character.getType(part) == Character.NON_SPACING_MARK),
                        Integer.toHexString(codePoint));
            }
        }
    }

    @Test
    void linesEndAsPythonEndsThem() throws IOException {
        WordPieceTokenizer tokenizer = parse("[UNK]\r\na\rb\n\nc");
        assertEquals(5, tokenizer.vocabularySize());
        assertArrayEquals(new int[] {1, 2, 4}, tokenizer.encode("a b c"));
        assertEquals("", tokenizer.token(3));
        assertEquals(4, tokenizer.id("c"));
        assertEquals(-1, tokenizer.id("d"));
    }

    @Test
    void rulesComeFromTheFolder() throws IOException {
        Path vocabulary = Files.writeString(folder.resolve("vocab.txt"), "[UNK]\nA\na\né\nÉ\ne\nE\n天下\n.\n");
        assertArrayEquals(
                new int[] {2, 5, 0, 0}, WordPieceTokenizer.load(vocabulary).encode("A É 天下"));
        assertEquals("a.", WordPieceTokenizer.load(vocabulary).decode(2, 8));

        configure("{\"do_lower_case\":false,\"strip_accents\":null}");
        assertArrayEquals(
                new int[] {1, 4, 0, 0}, WordPieceTokenizer.load(vocabulary).encode("A É 天下"));
        configure("{\"do_lower_case\":false,\"strip_accents\":true,\"never_split\":[]}");
        assertArrayEquals(
                new int[] {1, 6, 0, 0}, WordPieceTokenizer.load(vocabulary).encode("A É 天下"));
        configure("{\"strip_accents\":false,\"tokenize_chinese_chars\":false}");
        assertArrayEquals(
                new int[] {2, 3, 7}, WordPieceTokenizer.load(vocabulary).encode("A É 天下"));
        configure("{\"clean_up_tokenization_spaces\":false}");
        assertEquals("a .", ((WordPieceTokenizer) TokenizerFiles.load(folder)).decode(2, 8));
        assertEquals("a .", TokenizerFiles.load(vocabulary).decode(2, 8));

        configure("{\"do_lower_case\":1}");
        assertRefused("do_lower_case: found 1", vocabulary);
        configure("{\"do_basic_tokenize\":false}");
        assertRefused("do_basic_tokenize: found false", vocabulary);
        configure("{\"never_split\":[\"a\"]}");
        assertRefused("never_split: found a list", vocabulary);
        configure("{");
        assertRefused("not valid JSON", vocabulary);
    }

    private void configure(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), json);
    }

    private static void assertRefused(String reason, Path vocabulary) {
        Throwable error = assertThrows(TokenizerException.class, () -> WordPieceTokenizer.load(vocabulary));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains("tokenizer_config.json: ") && message.contains(reason), message);
    }

    private static void assertRejected(String reason, byte[] content) {
        Throwable error = assertThrows(
                TokenizerException.class, () -> WordPieceTokenizer.parse(content, FILE, WordPieceRules.uncased()));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.startsWith(FILE + ": ") && message.contains(reason), message);
    }

    private static void assertRejected(String reason, String content) {
        assertRejected(reason, content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rejectsMalformedFiles() {
        assertRejected("no token [UNK] among 0", "");
        assertRejected("no token [UNK] among 2", "a\nb\n");
        assertRejected("lines 2 and 4 have the same token", "[UNK]\na\nb\na\n");
        assertRejected("lines 2 and 3 have the same token", "[UNK]\n\n\n");
        assertRejected("line 2: a token of 1025 characters", "[UNK]\n" + "x".repeat(1025));
        assertRejected("line 3: not valid UTF-8", new byte[] {'a', '\n', 'b', '\n', (byte) 0xC3, '\n'});
        assertRejected("line 1: not valid UTF-8", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80});
        assertRejected("1048577 lines", "\n".repeat((1 << 20) + 1));
        StringBuilder many = new StringBuilder("[UNK]\n");
        for (int i = 0; i < 22_000; i++) {
            many.append((char) ('\u4e00' + i % 20_000)).append((char) ('a' + i / 20_000));
            many.append("x".repeat(98)).append('\n');
        }
        assertRejected("beginnings of tokens", many.toString());
    }

    @Test
    void mutantsAreHarmless() throws IOException {
        byte[] original = "[PAD]\n[UNK]\n[CLS]\nun\n##aff\n##able\n天\né\n".getBytes(StandardCharsets.UTF_8);
        Mutations.assertHarmless(original, Mutations.COUNT, 0.1, (content, name) -> {
            WordPieceTokenizer tokenizer = WordPieceTokenizer.parse(content, name, WordPieceRules.cased());
            tokenizer.decode(tokenizer.encode("unaffable 天é"));
        });
    }
}
