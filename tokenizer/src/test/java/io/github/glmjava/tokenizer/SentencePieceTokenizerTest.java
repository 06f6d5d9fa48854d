package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** BPE and white space on models small enough to check by hand. */
class SentencePieceTokenizerTest {
    private static List<String> pieces(SentencePieceTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::piece).toList();
    }

    private static TinyModel plain(String... pieces) {
        return TinyModel.withControls().whitespace(false, false, false).pieces(pieces);
    }

    @Test
    void mergesTheHighestScoreFirst() {
        SentencePieceTokenizer tokenizer = plain("bc", "ab", "a", "b", "c").load();
        assertEquals(List.of("a", "bc"), pieces(tokenizer, "abc"));
    }

    @Test
    void mergesTheLeftmostOfEqualScores() {
        SentencePieceTokenizer tokenizer = TinyModel.withControls()
                .whitespace(false, false, false)
                .piece("ab", 1, TinyModel.NORMAL)
                .piece("ba", 1, TinyModel.NORMAL)
                .piece("a", 0, TinyModel.NORMAL)
                .piece("b", -0f, TinyModel.NORMAL)
                .load();
        assertEquals(List.of("ab", "ab", "a"), pieces(tokenizer, "ababa"));
        assertEquals(List.of("ba", "ba", "b"), pieces(tokenizer, "babab"));
        String longText = "ab".repeat(500);
        assertEquals(500, tokenizer.encode(longText).length);
    }

    @Test
    void mergesThroughCharactersThatAreNoPieces() {
        SentencePieceTokenizer tokenizer = plain("xy", "xyz").load();
        assertEquals(List.of("xyz", "<unk>", "xy"), pieces(tokenizer, "xyzzxxy"));
        assertEquals(List.of("<unk>"), pieces(tokenizer, "z"));
    }

    @Test
    void joinsUnknownCharactersWithoutByteFallback() {
        SentencePieceTokenizer tokenizer = plain("a").load();
        assertArrayEquals(new int[] {3, 0, 3, 0}, tokenizer.encode("a你好a\uD83D\uDE00"));
        assertEquals("a \u2047 a \u2047 ", tokenizer.decode(3, 0, 3, 0));
    }

    @Test
    void fallsBackToBytes() {
        SentencePieceTokenizer tokenizer =
                plain("a").piece("</x>", 0, TinyModel.CONTROL).bytePieces().load();
        assertEquals(
                List.of("a", "<0xE4>", "<0xBD>", "<0xA0>", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "<0xC3>", "<0xA9>"),
                pieces(tokenizer, "a你\uD83D\uDE00é"));
        assertEquals(List.of("<0xEF>", "<0xBF>", "<0xBD>", "<0x41>"), pieces(tokenizer, "\uD83DA"));
        GoldenRows.assertDecodes(tokenizer, "a你\uD83D\uDE00é", tokenizer.encode("a你\uD83D\uDE00é"));
    }

    @Test
    void replacesEachBadByte() {
        SentencePieceTokenizer tokenizer = plain("a").bytePieces().load();
        int first = tokenizer.id("<0x00>");
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFDa", first + 0xE4, first + 0xBD, 3);
        GoldenRows.assertDecodes(
                tokenizer, "\uFFFD\uFFFD你", first + 0xE4, first + 0xBD, first + 0xE4, first + 0xBD, first + 0xA0);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFD", first + 0xC0, first + 0x80);
        GoldenRows.assertDecodes(tokenizer, "\uFFFD\uFFFD\uFFFD", first + 0xED, first + 0xA0, first + 0x80);
        GoldenRows.assertDecodes(
                tokenizer, "\uFFFD\uFFFD\uFFFD\uFFFD", first + 0xF4, first + 0x90, first + 0x80, first + 0x80);
        GoldenRows.assertRandomIdsStream(tokenizer);
    }

    @Test
    void keepsUserDefinedPiecesWhole() {
        SentencePieceTokenizer tokenizer = plain("ab", "bc", "a", "b", "c")
                .piece("b!", 0, TinyModel.USER_DEFINED)
                .piece("b!!b", 0, TinyModel.USER_DEFINED)
                .load();
        assertEquals(List.of("a", "b!", "bc"), pieces(tokenizer, "ab!bc"));
        assertEquals(List.of("a", "b!!b", "c"), pieces(tokenizer, "ab!!bc"));
    }

    @Test
    void splitsUnusedPiecesAgain() {
        SentencePieceTokenizer tokenizer = TinyModel.withControls()
                .whitespace(false, false, false)
                .pieces("a", "b", "c")
                .piece("ab", 2, TinyModel.UNUSED)
                .piece("abc", 1, TinyModel.UNUSED)
                .load();
        assertEquals(List.of("a", "b", "c", "a"), pieces(tokenizer, "abca"));
    }

    @Test
    void neverTakesTextForControlOrBytePieces() {
        SentencePieceTokenizer tokenizer = plain("a").bytePieces().load();
        assertEquals("<s></s><0x41>".length(), tokenizer.encode("<s></s><0x41>").length);
        assertEquals("a", tokenizer.decode(1, 3, 2));
    }

    @Test
    void treatsWhiteSpaceAsTheModelSays() {
        String[] all = {"▁", "a", "b"};
        SentencePieceTokenizer dummy = TinyModel.withControls()
                .whitespace(true, false, false)
                .pieces(all)
                .load();
        assertEquals(List.of("▁", "a", "▁", "▁", "b", "▁"), pieces(dummy, "a  b "));
        assertEquals(List.of(), pieces(dummy, ""));
        assertEquals(List.of("▁", "▁"), pieces(dummy, " "));
        SentencePieceTokenizer trimmed = TinyModel.withControls()
                .whitespace(true, true, false)
                .pieces(all)
                .load();
        assertEquals(List.of("▁", "a", "▁", "b"), pieces(trimmed, "  a  b "));
        assertEquals(List.of(), pieces(trimmed, "   "));
        SentencePieceTokenizer suffix = TinyModel.withControls()
                .whitespace(true, false, true)
                .pieces(all)
                .load();
        assertEquals(List.of("a", "▁"), pieces(suffix, "a"));
    }

    @Test
    void dropsTheFirstSpaceOnce() {
        SentencePieceTokenizer tokenizer = TinyModel.withControls()
                .whitespace(true, false, false)
                .pieces("▁", "▁a", "▁▁")
                .bytePieces()
                .load();
        GoldenRows.assertDecodes(tokenizer, "a a", 4, 4);
        GoldenRows.assertDecodes(tokenizer, " a", 3, 4);
        GoldenRows.assertDecodes(tokenizer, "a", 1, 4);
        GoldenRows.assertDecodes(tokenizer, " ", 5);
        GoldenRows.assertDecodes(tokenizer, "! a", tokenizer.id("<0x21>"), 4);
        IncrementalDecoder continuation = tokenizer.newContinuationDecoder();
        assertEquals(" a", continuation.append(4));
    }

    @Test
    void ignoresIdsOutsideTheVocabulary() {
        SentencePieceTokenizer tokenizer = plain("a").load();
        assertEquals("aa", tokenizer.decode(3, 99, -5, Integer.MAX_VALUE, Integer.MIN_VALUE, 3));
        assertEquals(-1, tokenizer.id("nothing"));
        assertThrows(IndexOutOfBoundsException.class, () -> tokenizer.piece(99));
    }
}
