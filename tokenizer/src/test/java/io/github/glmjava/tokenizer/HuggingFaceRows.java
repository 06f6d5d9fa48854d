package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/** Compares a tokenizer with the rows that HuggingFace's produced. */
final class HuggingFaceRows {
    private HuggingFaceRows() {}

    static void assertEncodes(HuggingFaceTokenizer tokenizer, String path) {
        assertEncodesRows(tokenizer, path);
        GoldenRows.encodeVeryLongWord(tokenizer);
        assertEncodesRows(tokenizer, path);
    }

    private static void assertEncodesRows(HuggingFaceTokenizer tokenizer, String path) {
        for (JsonNode row : SharedFiles.rows(path)) {
            int[] ids = SharedFiles.ids(row, "ids");
            String text = row.get("text").asString();
            assertArrayEquals(ids, tokenizer.encodeWithControlTokens(text), () -> "ids of " + row);
            if (row.has("tokens")) {
                assertEquals(
                        SharedFiles.value(row.get("tokens")),
                        Arrays.stream(ids).mapToObj(tokenizer::token).toList(),
                        () -> "tokens of " + row);
            }
            if (row.has("decoded")) {
                assertDecodes(tokenizer, row, ids);
            }
        }
    }

    static void assertDecodes(HuggingFaceTokenizer tokenizer, String path) {
        for (JsonNode row : SharedFiles.rows(path)) {
            assertDecodes(tokenizer, row, SharedFiles.ids(row, "ids"));
        }
    }

    private static void assertDecodes(HuggingFaceTokenizer tokenizer, JsonNode row, int[] ids) {
        assertEquals(row.get("decoded").asString(), tokenizer.decodeWithControlTokens(ids), row::toString);
        GoldenRows.assertDecodes(tokenizer.trusting(), row.get("decoded").asString(), ids);
        GoldenRows.assertDecodes(tokenizer, row.get("decoded_skip_special").asString(), ids);
    }
}
