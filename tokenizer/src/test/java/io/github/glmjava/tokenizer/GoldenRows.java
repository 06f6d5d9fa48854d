package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** Compares a tokenizer with the rows that its original produced. */
public final class GoldenRows {
    private static final String VERY_LONG_WORD = "a".repeat(300_000);

    private GoldenRows() {}

    /**
     * Encodes a word that is so long that from then on long words are no longer merged, but encoded from left to right, by those
     * tokenizers that have both.
     */
    public static void encodeVeryLongWord(Tokenizer tokenizer) {
        tokenizer.encode(VERY_LONG_WORD);
    }

    /** Rows of texts, ids, and mostly decoded texts and pieces. */
    public static void assertEncodes(SentencePieceTokenizer tokenizer, String path) {
        for (JsonNode row : SharedFiles.rows(path)) {
            int[] ids = assertRow(tokenizer, row);
            if (row.has("pieces")) {
                assertEquals(
                        SharedFiles.value(row.get("pieces")),
                        pieces(tokenizer, ids, row.get("pieces")),
                        () -> "pieces of " + row);
            }
        }
        encodeVeryLongWord(tokenizer);
        for (JsonNode row : SharedFiles.rows(path)) {
            assertRow(tokenizer, row);
        }
    }

    /** Rows of texts, ids, and mostly decoded texts. */
    public static int[] assertRow(Tokenizer tokenizer, JsonNode row) {
        int[] ids = SharedFiles.ids(row, "ids");
        assertArrayEquals(ids, tokenizer.encode(row.get("text").asString()), () -> "ids of " + row);
        if (row.has("decoded")) {
            assertDecodes(tokenizer, row.get("decoded").asString(), ids);
        }
        return ids;
    }

    // In the rows an unknown shows its surface text, so only the other pieces can be compared.
    private static List<String> pieces(SentencePieceTokenizer tokenizer, int[] ids, JsonNode expected) {
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(id == tokenizer.unknownId() ? expected.get(pieces.size()).asString() : tokenizer.piece(id));
        }
        return pieces;
    }

    /** Rows of ids and decoded texts. */
    public static void assertDecodes(Tokenizer tokenizer, String path) {
        for (JsonNode row : SharedFiles.rows(path)) {
            assertDecodes(tokenizer, row.get("decoded").asString(), SharedFiles.ids(row, "ids"));
        }
    }

    /** At once, and id by id without ever giving out half a character. */
    public static void assertDecodes(Tokenizer tokenizer, String expected, int... ids) {
        assertEquals(expected, tokenizer.decode(ids));
        assertStreams(tokenizer, expected, ids);
    }

    /** The text id by id is the expected one, and no part of it ends inside a surrogate pair. */
    public static void assertStreams(Tokenizer tokenizer, String expected, int... ids) {
        IncrementalDecoder decoder = tokenizer.newDecoder();
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            String part = decoder.append(id);
            if (!part.isEmpty()) {
                assertEquals(false, Character.isHighSurrogate(part.charAt(part.length() - 1)), part);
            }
            streamed.append(part);
        }
        assertEquals(expected, streamed.append(decoder.finish()).toString());
    }

    /** Random ids, some outside the vocabulary, stream to what they decode to. */
    public static void assertRandomIdsStream(Tokenizer tokenizer) {
        Random random = new Random(20240611);
        for (int round = 0; round < 2000; round++) {
            int bound = random.nextBoolean() ? 300 : tokenizer.vocabularySize() + 50;
            int[] ids = random.ints(random.nextInt(40), -2, bound).toArray();
            assertStreams(tokenizer, tokenizer.decode(ids), ids);
        }
    }
}
