package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
    @TempDir
    private Path folder;

    @Test
    void figuresOfRandomWeightsFitTogether() throws IOException {
        Path file = folder.resolve("bench.json");
        Run run = Run.glm(
                "bench",
                "--shape=tiny",
                "--weights=q4",
                "--threads=2",
                "--prompt=20",
                "--generate=6",
                "--depth=30,200",
                "--sequences=3",
                "--kv=q8",
                "--repeat=2",
                "--json=" + file);

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("tiny, weights Q4, head Q8, embedding BF16"), run.out());
        JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
        double peak = number(json, "machine", "fma_gflops");
        double bandwidth = number(json, "machine", "read_gb_s");
        assertTrue(peak > 1 && bandwidth > 0.1, json::toString);
        assertEquals(3, json.required("machine").required("read_gb_s_each").size(), "one more than rounds of decoding");
        assertEquals(3, json.required("machine").required("fma_gflops_each").size(), "one more than prompts");

        // A layer: queries, keys and values 128 x 64, output 64 x 64, gates and ups 176 x 64, down 64 x 88.
        int behindKeys = 64 * 64 + 176 * 64 + 64 * 88;
        double multiplyAdds = 2 * 128 * 64 + behindKeys + (behindKeys + 256 * 64) / 20.0;
        double speed = number(json, "prefill", "tok_s");
        assertEquals(2 * multiplyAdds * speed / 1e9 / peak, number(json, "prefill", "peak_share"), 1e-9);

        // Of 32 columns a row, 18 bytes in Q4 and 34 in Q8; a started group takes a whole one's place.
        int bytes = 2 * (128 * 2 + 64 * 2 + 192 * 2 + 64 * 3) * 18 + 256 * 2 * 34;
        assertEquals(bytes, number(json, "decode", "bytes_per_token"));
        double read = bytes * number(json, "decode", "tok_s") / 1e9;
        assertEquals(read, number(json, "decode", "gb_s"), 1e-9);
        assertEquals(read / bandwidth, number(json, "decode", "bandwidth_share"), 1e-9);
        assertEquals(2, json.required("decode").required("tok_s_each").size());
        assertTrue(number(json, "load_ms") > 0 && number(json, "load_ms") < number(json, "first_token_ms"));
        assertTrue(number(json, "first_token_ms") < number(json, "cold_first_token_ms"), json::toString);
        assertEquals("Q8", json.required("kv").asString());

        double alone = number(json, "decode", "tok_s");
        assertEquals(2, json.required("depths").size());
        JsonNode deeper = json.required("depths").required(1);
        assertEquals(200, number(deeper, "depth"));
        assertEquals(number(deeper, "tok_s") / alone, number(deeper, "ratio"), 1e-9);
        assertEquals(3, number(json, "batch", "sequences"));
        assertEquals(number(json, "batch", "tok_s") / alone, number(json, "batch", "speedup"), 1e-9);
        assertTrue(json.required("rss_bytes").isNull() || number(json, "rss_bytes") > 1e7, json::toString);
    }

    private static double number(JsonNode json, String... path) {
        JsonNode node = json;
        for (String field : path) {
            node = node.required(field);
        }
        return node.asDouble();
    }

    /** A token goes through three of eight experts and the shared one; latent attention takes one matrix apart by heads. */
    @Test
    void aTokenOfAMixtureReadsTheExpertsThatItGoesThrough() throws IOException {
        Path file = folder.resolve("bench.json");
        Run run = Run.glm(
                "bench", "--shape=tiny-flash", "--weights=mixed", "--prompt=9", "--generate=4", "--json=" + file);

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("weights MIXED, head Q8"), run.out());
        JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
        // Groups of rows that are whole blocks of 64.
        int attention = 64 * 2 + 128 * 1 + 64 * 2 + 4 * (64 * 1 + 64 * 1) + 64 * 2;
        int dense = 64 * 3 * 34 + 2 * 96 * 2 * 18;
        int expert = 64 * 34 + 2 * 32 * 2 * 18;
        int router = 8 * 64 * 2;
        assertEquals(
                3 * attention * 34 + dense + 2 * (4 * expert + router) + 256 * 2 * 34,
                number(json, "decode", "bytes_per_token"));
        assertTrue(json.required("batch").isNull(), json::toString);
    }

    @Test
    void runsWhereAContextEndsWithABlank() {
        Run run = Run.glm(
                "bench",
                "--shape=tiny-chatglm",
                "--weights=bf16",
                "--prompt=9",
                "--generate=4",
                "--depth=20",
                "--sequences=2");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("weights BF16, head BF16"), run.out());
        assertTrue(run.out().contains("at depth 20") && run.out().contains("of 2 sequences together"), run.out());
    }

    @Test
    void saysWhatIsWrong() {
        Run unknown = Run.glm("bench", "--shape=glm-7");
        assertEquals(GlmCommand.ERROR, unknown.exitCode());
        assertTrue(unknown.err().contains("unknown shape glm-7, known are [glm-edge-1.5b,"), unknown.err());

        Run both = Run.glm("bench", "--shape=tiny", "--model=.");
        assertEquals(GlmCommand.ERROR, both.exitCode());
        assertTrue(both.err().contains("mutually exclusive"), both.err());

        Run tooLong = Run.glm("bench", "--shape=tiny", "--depth=7,500", "--generate=20", "--prompt=1");
        assertEquals(GlmCommand.ERROR, tooLong.exitCode());
        assertTrue(tooLong.err().contains("needs a context of 520 tokens, the model has 512"), tooLong.err());

        Run shape = Run.glm("bench", "--shape=tiny", "--weights=stored");
        assertEquals(GlmCommand.ERROR, shape.exitCode());
        assertTrue(shape.err().contains("random weights are not stored"), shape.err());

        Run model = Run.glm("bench", "--weights=bf16");
        assertEquals(GlmCommand.ERROR, model.exitCode());
        assertTrue(model.err().contains("expected stored, q8, mixed or q4, found 'bf16'"), model.err());

        Run none = Run.glm("bench", "--shape=tiny", "--repeat=0");
        assertEquals(GlmCommand.ERROR, none.exitCode());
        assertTrue(none.err().contains("repeat must be at least 1, found 0"), none.err());
    }
}
