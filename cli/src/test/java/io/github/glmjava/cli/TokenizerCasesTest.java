package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All rows of the original tokenizers through the command line; they lie in a folder {@code shared} beside the repository. */
class TokenizerCasesTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static Path require(String path) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared/tokenizers").resolve(path);
            if (Files.exists(found)) {
                return found;
            }
        }
        return Assumptions.abort("no folder shared/tokenizers with " + path + " beside the repository");
    }

    @ParameterizedTest
    @CsvSource({
        "chatglm-6b, ice_text.model",
        "chatglm2-6b, tokenizer.model",
        "glm-4-9b, tokenizer.model",
        "glm-10b-chinese, cog-pretrain.model",
        "sp-test-unigram-en, test_model.model",
        "sp-test-unigram-ja, test_ja_model.model",
        "sp-llama2, tokenizer.model",
        "sp-yi, tokenizer.model",
        "sp-baichuan2, tokenizer.model",
        "sp-internlm2, tokenizer.model",
        "hf-bpe-neox, tokenizer.json",
        "hf-bpe-minimind, tokenizer.json"
    })
    void agreesWithTheOriginal(String folder, String file) throws IOException {
        String tokenizer = require(folder + "/" + file).toString();
        // HuggingFace's rows have control tokens.
        String mode = file.endsWith(".json") ? "--special" : "--raw";
        List<String> texts = Files.readAllLines(require(folder + "/cases.jsonl"));
        assertRows(texts, "ids", "tokenize", "--tokenizer", tokenizer, mode, "--jsonl", "--offsets");
        Path ids = require(folder).resolve("decode_cases.jsonl");
        if (Files.exists(ids)) {
            assertRows(
                    Files.readAllLines(ids),
                    "decoded",
                    "tokenize",
                    "--tokenizer",
                    tokenizer,
                    mode,
                    "--jsonl",
                    "--decode");
        }
    }

    private static void assertRows(List<String> rows, String field, String... arguments) {
        Run run = Run.withInput(String.join("\n", rows), arguments);
        assertEquals(0, run.exitCode(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(rows.size(), lines.size());
        for (int i = 0; i < rows.size(); i++) {
            JsonNode row = JSON.readTree(rows.get(i));
            JsonNode line = JSON.readTree(lines.get(i));
            assertEquals(row.get(field), line.get(field), row::toString);
            if (row.has("decoded")) {
                assertEquals(row.get("decoded"), line.get("decoded"), row::toString);
            }
            assertTrue(!line.has("offsets")
                    || line.get("offsets").size() == line.get("ids").size());
        }
    }
}
