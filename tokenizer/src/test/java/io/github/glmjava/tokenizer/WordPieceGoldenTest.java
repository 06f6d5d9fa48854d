package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A vocabulary of our own with what the rules of transformers' {@code BasicTokenizer} and {@code WordpieceTokenizer} give for 420
 * texts, computed by a program in Python 3.11 (Unicode 14). The {@code tokenizers} library in Rust, 0.23.2, gives the same ids but for
 * texts with characters of the CJK extension E from U+2B820 to U+2B91F, which it does not part from others, or with code points that
 * are no characters, which it keeps; the rows have what the original does. It gives the same texts where spaces are not cleaned up.
 */
class WordPieceGoldenTest {
    private static final Map<String, WordPieceRules> RULES = Map.of(
            "uncased", WordPieceRules.uncased(),
            "cased", WordPieceRules.cased(),
            "lower", new WordPieceRules(true, false, true, true),
            "stripped", new WordPieceRules(false, true, true, true),
            "joined", new WordPieceRules(true, true, false, true),
            "spaced", new WordPieceRules(true, true, true, false));

    static InputStream open(String name) {
        return Objects.requireNonNull(WordPieceGoldenTest.class.getResourceAsStream(name), name);
    }

    static WordPieceTokenizer load(WordPieceRules rules) throws IOException {
        try (InputStream vocabulary = open("wordpiece-vocab.txt")) {
            return WordPieceTokenizer.parse(vocabulary.readAllBytes(), "wordpiece-vocab.txt", rules);
        }
    }

    private static List<JsonNode> rows() throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(open("wordpiece-cases.jsonl"), StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                rows.add(JsonMapper.shared().readTree(line));
            }
        }
        return rows;
    }

    @Test
    void agreesWithTheOriginal() throws IOException {
        int texts = 0;
        int lists = 0;
        for (JsonNode row : rows()) {
            WordPieceTokenizer tokenizer =
                    load(Objects.requireNonNull(RULES.get(row.get("rules").asString())));
            if (row.has("text")) {
                GoldenRows.assertRow(tokenizer, row);
                texts++;
            } else {
                GoldenRows.assertDecodes(tokenizer, row.get("decoded").asString(), SharedFiles.ids(row, "ids"));
                lists++;
            }
        }
        assertEquals(885, texts);
        assertEquals(120, lists);
    }

    @Test
    void streamsRandomIds() throws IOException {
        GoldenRows.assertRandomIdsStream(load(WordPieceRules.uncased()));
        GoldenRows.assertRandomIdsStream(load(new WordPieceRules(true, true, true, false)));
    }
}
