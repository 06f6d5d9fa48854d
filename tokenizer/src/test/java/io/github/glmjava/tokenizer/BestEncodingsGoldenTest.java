package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The best encodings of random texts by a random model of 43 pieces, in the order of the original, many of equal score: what
 * {@code nbest_encode} of sentencepiece 0.1.97 gives for {@code nbest_size=8}.
 */
class BestEncodingsGoldenTest {
    private static InputStream open(String name) {
        return Objects.requireNonNull(BestEncodingsGoldenTest.class.getResourceAsStream(name), name);
    }

    @Test
    void agreesWithTheOriginal() throws IOException {
        SentencePieceTokenizer tokenizer;
        try (InputStream model = open("best-encodings.model")) {
            tokenizer = SentencePieceTokenizer.parse(model.readAllBytes(), "best-encodings.model");
        }
        try (BufferedReader rows =
                new BufferedReader(new InputStreamReader(open("best-encodings.jsonl"), StandardCharsets.UTF_8))) {
            for (String line : rows.lines().toList()) {
                JsonNode row = JsonMapper.shared().readTree(line);
                List<ScoredEncoding> best = tokenizer.encodeBest(row.get("text").asString(), 8);
                assertEquals(row.get("best").size(), best.size(), line);
                for (int i = 0; i < best.size(); i++) {
                    JsonNode expected = row.get("best").get(i);
                    assertArrayEquals(
                            SharedFiles.ids(expected, "ids"),
                            best.get(i).encoding().ids(),
                            line);
                    assertEquals(
                            (float) expected.get("score").asDouble(),
                            best.get(i).score(),
                            line);
                }
            }
        }
    }
}
