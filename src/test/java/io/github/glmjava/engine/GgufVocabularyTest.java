package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.fixture.ByteAlphabet;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.SharedFiles;
import io.github.glmjava.gguf.GgufModel;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole vocabulary of GLM-4 as llama.cpp's converter writes it gives the ids of the original code. */
class GgufVocabularyTest {
    private static final List<String> ALPHABET = ByteAlphabet.characters();

    @TempDir
    Path temporary;

    @Test
    void idsAreThoseOfTheOriginalCode() throws IOException {
        Path original = SharedFiles.require("tokenizers/glm-4-9b");
        try (GgufModel model = GgufModel.open(write(original))) {
            PromptFormat format = Objects.requireNonNull(model.promptFormat());
            int compared = 0;
            for (String line : Files.readAllLines(original.resolve("cases.jsonl"))) {
                JsonNode row = JsonMapper.shared().readTree(line);
                String text = row.get("text").stringValue();
                int[] ids = row.get("ids")
                        .valueStream()
                        .mapToInt(JsonNode::intValue)
                        .toArray();
                if (Arrays.stream(ids).allMatch(id -> id < 151_329)) {
                    int[] found = format.encodeText(text);
                    assertArrayEquals(ids, found, text);
                    assertEquals(text, format.tokenizer().decode(found));
                    compared++;
                }
            }
            assertTrue(compared > 500, compared + " rows");
        }
    }

    private Path write(Path original) throws IOException {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        for (String line : Files.readAllLines(original.resolve("tokenizer.model"))) {
            int space = line.indexOf(' ');
            ranks.put(
                    inAlphabet(Base64.getDecoder().decode(line.substring(0, space))),
                    Integer.parseInt(line.substring(space + 1)));
        }
        List<String> tokens = new ArrayList<>(ranks.keySet());
        int[] types = new int[tokens.size() + 14];
        Arrays.fill(types, 0, tokens.size(), 1);
        Arrays.fill(types, tokens.size(), types.length, 3);
        JsonNode special = JsonMapper.shared()
                .readTree(Files.readString(original.resolve("meta.json")))
                .get("special_tokens");
        special.propertyNames().forEach(tokens::add);
        Path file = temporary.resolve("model.gguf");
        new GgufWriter()
                .put("general.architecture", "chatglm")
                .put("chatglm.context_length", 100)
                .put("chatglm.embedding_length", 2)
                .put("chatglm.block_count", 1)
                .put("chatglm.attention.head_count", 1)
                .put("chatglm.attention.head_count_kv", 1)
                .put("chatglm.feed_forward_length", 2)
                .put("chatglm.rope.dimension_count", 2)
                .put("chatglm.attention.layer_norm_rms_epsilon", 1e-5f)
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "chatglm-bpe")
                .putTexts("tokenizer.ggml.tokens", tokens)
                .putIntegers("tokenizer.ggml.token_type", types)
                .putTexts("tokenizer.ggml.merges", merges(ranks))
                .tensor(
                        "token_embd.weight",
                        DType.F16,
                        List.of((long) tokens.size(), 2L),
                        new byte[tokens.size() * 2 * Short.BYTES])
                .write(file);
        return file;
    }

    private static String inAlphabet(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte value : bytes) {
            text.append(ALPHABET.get(Byte.toUnsignedInt(value)));
        }
        return text.toString();
    }

    /**
     * Ranks name what comes out of a merge. Which tokens went into it is what merges of lower ranks leave of its bytes: mostly two, and
     * more where they are parts of characters.
     */
    private static List<String> merges(Map<String, Integer> ranks) {
        List<String> merges = new ArrayList<>();
        for (Map.Entry<String, Integer> token : ranks.entrySet()) {
            if (token.getKey().length() > 1) {
                merges.add(merge(token.getKey(), token.getValue(), ranks));
            }
        }
        return merges;
    }

    private static String merge(String token, int limit, Map<String, Integer> ranks) {
        List<String> parts = new ArrayList<>(List.of(token.split("", -1)));
        parts.removeIf(String::isEmpty);
        while (true) {
            int best = -1;
            int lowest = limit;
            for (int i = 0; i + 1 < parts.size(); i++) {
                int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), limit);
                if (rank < lowest) {
                    lowest = rank;
                    best = i;
                }
            }
            if (best < 0) {
                return String.join(" ", parts);
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
    }
}
