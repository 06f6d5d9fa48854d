package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Byte-level BPE on files small enough to check by hand, and malformed files. */
class HuggingFaceTokenizerTest {
    private static final Map<String, Boolean> CONTROL = Map.of("normalized", false);

    @Test
    void mergesInTheOrderOfTheList() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .merge("b", "c")
                .merge("a", "b")
                .merge("a", "bc")
                .load();
        assertArrayEquals(new int[] {258}, tokenizer.encode("abc"));
        assertArrayEquals(new int[] {257, 257}, tokenizer.encode("abab"));
    }

    @Test
    void ranksEachWayToMakeASymbolByItself() {
        // abc is made of ab+c before bc is made, but of a+bc only after all others.
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .merge("a", "b")
                .merge("ab", "c")
                .merge("b", "c")
                .merge("c", "d")
                .merge("a", "bc")
                .load();
        assertArrayEquals(new int[] {257, 'd'}, tokenizer.encode("abcd"));
        assertArrayEquals(new int[] {258, 'd'}, tokenizer.encode("bcd"));
    }

    @Test
    void takesWholeWordsOnlyIfTheFileSaysSo() {
        TinyHuggingFace file =
                new TinyHuggingFace().merge("y", "z").merge("x", "y").merge("xy", "z");
        assertArrayEquals(new int[] {'x', 256}, file.load().encode("xyz"));
        assertArrayEquals(
                new int[] {258}, file.setModel("ignore_merges", true).load().encode("xyz"));
    }

    @Test
    void findsControlTokensOnlyWhereAllowed() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .control("<|user|>", "<|user|>x")
                .add("<think>", CONTROL)
                .add("  ", Map.of("normalized", true))
                .load();
        assertArrayEquals(new int[] {1001, 'y'}, tokenizer.encodeWithControlTokens("<|user|>xy"));
        assertArrayEquals(new int[] {1002}, tokenizer.encodeWithControlTokens("<think>"));
        assertEquals(7, tokenizer.encode("<think>").length);
        assertArrayEquals(new int[] {1003, 'a'}, tokenizer.encode("  a"));
        int[] ids = tokenizer.encode("<|user|><|user|>", (from, to) -> to <= 8);
        assertEquals(1000, ids[0]);
        assertEquals(9, ids.length);
        assertEquals("<|user|>", tokenizer.decode(ids));
        assertEquals("<|user|><|user|>", tokenizer.decodeWithControlTokens(ids));
        Encoding trusted = tokenizer.trusting().encodeWithOffsets("a<|user|>");
        assertArrayEquals(new int[] {'a', 1000}, trusted.ids());
        assertEquals("<|user|>", trusted.surface(1));
    }

    @Test
    void honoursTheFlagsOfAddedTokens() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .add("<l>", Map.of("normalized", false, "lstrip", true))
                .add("<r>", Map.of("normalized", false, "rstrip", true))
                .add("ww", Map.of("normalized", false, "single_word", true))
                .load();
        assertArrayEquals(new int[] {'a', 1000, ' ', 'b'}, tokenizer.encodeWithControlTokens("a \n<l> b"));
        assertArrayEquals(new int[] {'a', ' ', 1001, 'b'}, tokenizer.encodeWithControlTokens("a <r>\u3000 b"));
        assertArrayEquals(new int[] {1002, ' ', 'a', 'w', 'w'}, tokenizer.encodeWithControlTokens("ww aww"));
    }

    @Test
    void normalizes() {
        HuggingFaceTokenizer tokenizer =
                new TinyHuggingFace().set("normalizer", Map.of("type", "NFC")).load();
        assertArrayEquals(tokenizer.encode("\u00E9"), tokenizer.encode("e\u0301"));
        assertEquals("\u00E9", tokenizer.decode(tokenizer.encode("e\u0301")));
    }

    @Test
    void tellsWhatEachIdStandsFor() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .merge("a", "b")
                .add("  ", Map.of("normalized", true))
                .load();
        Encoding encoding = tokenizer.encodeWithOffsets("ab  \u4F60b");
        assertArrayEquals(new int[] {256, 1000, 0xE4, 0xBD, 0xA0, 'b'}, encoding.ids());
        List<String> surfaces =
                IntStream.range(0, encoding.size()).mapToObj(encoding::surface).toList();
        assertEquals(List.of("ab", "  ", "\u4F60", "\u4F60", "\u4F60", "b"), surfaces);
    }

    @Test
    void knowsWhatThePostProcessorAdds() {
        Map<String, Object> template = Map.of(
                "type",
                "TemplateProcessing",
                "single",
                List.of(
                        Map.of("SpecialToken", Map.of("id", "<s>", "type_id", 0)),
                        Map.of("Sequence", Map.of("id", "A", "type_id", 0))),
                "pair",
                List.of(),
                "special_tokens",
                Map.of("<s>", Map.of("id", "<s>", "ids", List.of(1000), "tokens", List.of("<s>"))));
        TinyHuggingFace file = new TinyHuggingFace().control("<s>").set("post_processor", template);
        assertArrayEquals(new int[] {1000}, file.load().prefixIds());
        assertEquals(0, file.load().suffixIds().length);
        assertArrayEquals(
                new int[] {1000, 'a'},
                TemplatePromptFormat.of(file.load(), null).encodeText("a"));
    }

    @Test
    void losesNothing() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace().merge("Ġ", "Ġ").load();
        String text = "it's  IT'ſ\r\n 你好\uD83D\uDE00½①12345\u0085\u00A0x\u3000";
        GoldenRows.assertDecodes(tokenizer, text, tokenizer.encode(text));
        assertEquals("a\uFFFDb", tokenizer.decode(tokenizer.encode("a\uDE00b")));
        assertEquals(0, tokenizer.encode("").length);
        GoldenRows.assertRandomIdsStream(tokenizer);
    }

    private static void assertRejected(String reason, TinyHuggingFace file) {
        assertRejected(reason, file.toBytes());
    }

    private static void assertRejected(String reason, byte[] content) {
        TokenizerException e =
                assertThrows(TokenizerException.class, () -> HuggingFaceTokenizer.parse(content, "some.json"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("some.json: "), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void rejectsWhatItDoesNotKnow() {
        assertRejected("vendor: a field that is not known", new TinyHuggingFace().set("vendor", 1));
        assertRejected("version: found 2.0", new TinyHuggingFace().set("version", "2.0"));
        assertRejected("truncation: found an object", new TinyHuggingFace().set("truncation", Map.of()));
        assertRejected(
                "normalizer.type: found Lowercase",
                new TinyHuggingFace().set("normalizer", Map.of("type", "Lowercase")));
        assertRejected(
                "pre_tokenizer.type: found Whitespace",
                new TinyHuggingFace().set("pre_tokenizer", Map.of("type", "Whitespace")));
        assertRejected(
                "pre_tokenizer.add_prefix_space",
                new TinyHuggingFace().set("pre_tokenizer", Map.of("type", "ByteLevel")));
        Map<String, Object> split =
                Map.of("type", "Split", "pattern", Map.of("Regex", "(a+)+b"), "behavior", "Isolated", "invert", false);
        assertRejected(
                "pre_tokenizer.pretokenizers[0].pattern.Regex: an unknown pattern, found (a+)+b",
                new TinyHuggingFace()
                        .set(
                                "pre_tokenizer",
                                Map.of(
                                        "type",
                                        "Sequence",
                                        "pretokenizers",
                                        List.of(split, TinyHuggingFace.byteLevel()))));
        assertRejected(
                "decoder.type: found WordPiece", new TinyHuggingFace().set("decoder", Map.of("type", "WordPiece")));
        assertRejected(
                "post_processor.type: found BertProcessing",
                new TinyHuggingFace().set("post_processor", Map.of("type", "BertProcessing")));
        assertRejected("model.type: found Unigram", new TinyHuggingFace().setModel("type", "Unigram"));
        assertRejected("model.dropout", new TinyHuggingFace().setModel("dropout", 0.1));
        assertRejected("model.byte_fallback", new TinyHuggingFace().setModel("byte_fallback", true));
        assertRejected("model.end_of_word_suffix", new TinyHuggingFace().setModel("end_of_word_suffix", "</w>"));
    }

    @Test
    void rejectsMalformedFiles() {
        assertRejected("not valid JSON", new byte[0]);
        assertRejected("not valid JSON", "{\"version\"".getBytes(StandardCharsets.UTF_8));
        assertRejected("expected a JSON object", "[]".getBytes(StandardCharsets.UTF_8));
        assertRejected("more text", "{} 1".getBytes(StandardCharsets.UTF_8));
        assertRejected("'a' occurs twice", "{\"a\":1,\"a\":1}".getBytes(StandardCharsets.UTF_8));
        assertRejected("not valid JSON", "[".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
        assertRejected("model.merges[0]: found ab", new TinyHuggingFace().setModel("merges", List.of("ab")));
        assertRejected("'ab' is not in the vocabulary", new TinyHuggingFace().setModel("merges", List.of("a b")));
        assertRejected("model.vocab.a: the id -1", new TinyHuggingFace().setModel("vocab", Map.of("a", -1)));
        assertRejected(
                "model.vocab.a: the id 2000000", new TinyHuggingFace().setModel("vocab", Map.of("a", 2_000_000)));
        assertRejected("no token for the single byte", new TinyHuggingFace().setModel("vocab", Map.of("a", 0)));
        String half = new String(new TinyHuggingFace().control("half").toBytes(), StandardCharsets.UTF_8)
                .replace("half", "\\uD83D");
        assertRejected("added_tokens[0].content: a token with half", half.getBytes(StandardCharsets.UTF_8));
        assertRejected("added_tokens[0].content: a token of 0 characters", new TinyHuggingFace().control(""));
        assertRejected(
                "added_tokens[1].id: found 1001, but the token has the id 1000",
                new TinyHuggingFace().control("x1", "x1"));
        assertRejected(
                "added_tokens[0].lstrip: found 1",
                new TinyHuggingFace().set("added_tokens", List.of(Map.of("id", 1000, "content", "c1", "lstrip", 1))));
    }

    @Test
    void mutantsAreHarmless() throws IOException {
        byte[] original = new TinyHuggingFace()
                .merge("a", "b")
                .control("<|user|>")
                .add("  ", Map.of("normalized", true))
                .set("normalizer", Map.of("type", "NFC"))
                .toBytes();
        Mutations.assertHarmless(original, Mutations.COUNT, 0.002, (content, name) -> {
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(content, name);
            tokenizer.decode(tokenizer.encodeWithControlTokens("ab <|user|>  你"));
        });
    }
}
