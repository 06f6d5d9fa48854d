package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which part of the text each id stands for. */
class EncodingTest {
    private static List<String> surfaces(Encoding encoding) {
        List<String> surfaces = new ArrayList<>();
        for (int i = 0; i < encoding.size(); i++) {
            surfaces.add(encoding.surface(i));
        }
        return surfaces;
    }

    @Test
    void piecesStandForTheTextTheyWereMadeOf() {
        TinyModel model = TinyModel.withControls().whitespace(true, true, false);
        SentencePieceTokenizer tokenizer =
                model.pieces("▁", "a", "b", "ab", "▁ab").bytePieces().load();

        assertEquals(List.of("ab", "  ab", "", "", "", "😀"), surfaces(tokenizer.encodeWithOffsets("  ab  ab😀 ")));
    }

    @Test
    void aRunOfUnknownCharactersIsOne() {
        SentencePieceTokenizer tokenizer = TinyModel.withControls()
                .whitespace(true, false, false)
                .pieces("a", "▁")
                .load();

        Encoding encoding = tokenizer.encodeWithOffsets("a你好a");
        assertEquals(List.of("", "a", "你好", "a"), surfaces(encoding));
        assertArrayEquals(new int[] {0, 0, 1, 7}, encoding.byteStarts());
        assertArrayEquals(new int[] {0, 1, 7, 8}, encoding.byteEnds());
    }

    @Test
    void bytesStandForTheCharactersThatTheyTouch() {
        Encoding encoding = TinyRanks.of("xx").load().encodeWithOffsets("xx😀é");

        assertEquals(List.of("xx", "😀", "😀", "😀", "😀", "é", "é"), surfaces(encoding));
        assertArrayEquals(new int[] {0, 2, 2, 2, 2, 6, 6}, encoding.byteStarts());
        assertArrayEquals(new int[] {2, 6, 6, 6, 6, 8, 8}, encoding.byteEnds());
    }

    @Test
    void aBufferIsUsedAgain() {
        Tokenizer tokenizer = TinyRanks.of("xx").load();
        TokenBuffer buffer = new TokenBuffer();
        tokenizer.encode("xx".repeat(1000), buffer);
        buffer.clear();
        tokenizer.encode("xx", buffer);
        tokenizer.encode("x", buffer);

        assertArrayEquals(new int[] {tokenizer.encode("xx")[0], tokenizer.encode("x")[0]}, buffer.toArray());
    }
}
