package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Byte-level BPE on ranks small enough to check by hand, and malformed files of ranks. */
class TiktokenTokenizerTest {
    @Test
    void mergesTheLowestRankFirst() {
        TiktokenTokenizer tokenizer = TinyRanks.of("bc", "ab", "bcd", "xyz").load();
        assertArrayEquals(new int[] {'a', 256}, tokenizer.encode("abc"));
        assertArrayEquals(new int[] {'a', 258}, tokenizer.encode("abcd"));
        assertArrayEquals(new int[] {257, 257}, tokenizer.encode("abab"));
    }

    @Test
    void takesASplitThatIsATokenAtOnce() {
        TiktokenTokenizer tokenizer = TinyRanks.of("xyz").load();
        assertArrayEquals(new int[] {256}, tokenizer.encode("xyz"));
        assertArrayEquals(new int[] {'w', 'x', 'y', 'z'}, tokenizer.encode("wxyz"));
    }

    @Test
    void losesNothing() {
        TiktokenTokenizer tokenizer = TinyRanks.of("你", "  ", "it").load();
        String text = "it's  IT'ſ\r\n 你好\uD83D\uDE00½①12345\u0085\u00A0x\u3000";
        GoldenRows.assertDecodes(tokenizer, text, tokenizer.encode(text));
        assertEquals("a\uFFFDb", tokenizer.decode(tokenizer.encode("a\uDE00b")));
        assertEquals(0, tokenizer.encode("").length);
        GoldenRows.assertRandomIdsStream(tokenizer);
    }

    @Test
    void replacesMaximalSubparts() {
        TiktokenTokenizer tokenizer = TinyRanks.of().load();
        GoldenRows.assertDecodes(tokenizer, "\uFFFDa", 0xE4, 0xBD, 'a');
        GoldenRows.assertDecodes(tokenizer, "\uFFFD你", 0xE4, 0xBD, 0xE4, 0xBD, 0xA0);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFD\uFFFD", 0xED, 0xA0, 0x80);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFD", 0xC0, 0x80);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD", 0xF0, 0x9F, 0x98);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFD", 0xE4, 999, 0xBD);
    }

    private static void assertRejected(String reason, TinyRanks ranks) {
        TokenizerException e =
                assertThrows(TokenizerException.class, () -> TiktokenTokenizer.parse(ranks.toBytes(), "some.ranks"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("some.ranks: "), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void rejectsMalformedFiles() throws IOException {
        assertRejected("no space", TinyRanks.of().line("YWI="));
        assertRejected("no space", TinyRanks.of().line(""));
        assertRejected("0 digits", TinyRanks.of().line("YWI= "));
        assertRejected("expected a decimal digit", TinyRanks.of().line("YWI= -1"));
        assertRejected("expected a decimal digit", TinyRanks.of().line("YWI= 256 "));
        assertRejected("20 digits", TinyRanks.of().line("YWI= 99999999999999999999"));
        assertRejected("expected less than", TinyRanks.of().line("YWI= 9999999"));
        assertRejected("line 257: rank 255 occurs twice", TinyRanks.of().line("YWI= 255"));
        assertRejected("rank 256 is missing", TinyRanks.of().line("YWI= 257"));
        assertRejected("base64", TinyRanks.of().line("YW= 256"));
        assertRejected("base64", TinyRanks.of().line("YWI 256"));
        assertRejected("base64", TinyRanks.of().line("YWJ= 256"));
        assertRejected("base64", TinyRanks.of().line("Y!I= 256"));
        assertRejected("a token of 0 bytes", TinyRanks.of().line(" 256"));
        assertRejected("more than 1024 bytes", TinyRanks.of("x".repeat(2000)));
        assertRejected("ranks 97 and 256 have the same token", TinyRanks.of("a"));
        byte[] short255 = TinyRanks.of().toBytes();
        byte[] missing = Arrays.copyOf(short255, short255.length - "/w== 255\n".length());
        TokenizerException e =
                assertThrows(TokenizerException.class, () -> TiktokenTokenizer.parse(missing, "some.ranks"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("no token for the single byte 255"), message);
    }

    @Test
    void mutantsAreHarmless() throws IOException {
        byte[] original = TinyRanks.of("ab", "abc", "你", "好你").toBytes();
        Mutations.assertHarmless(original, Mutations.COUNT, 0, (content, name) -> {
            TiktokenTokenizer tokenizer = TiktokenTokenizer.parse(content, name);
            tokenizer.decode(tokenizer.encode("abc 你好"));
        });
    }
}
