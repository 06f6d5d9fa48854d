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
                "--depth=30",
                "--repeat=2",
                "--json=" + file);

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("tiny, weights Q4, head Q8, embedding BF16"), run.out());
        JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
        double peak = number(json, "machine", "fma_gflops");
        double bandwidth = number(json, "machine", "read_gb_s");
        assertTrue(peak > 1 && bandwidth > 0.1, json::toString);

        // A layer: queries, keys and values 128 x 64, output 64 x 64, gates and ups 176 x 64, down 64 x 88.
        double multiplyAdds = 2 * (128 * 64 + 64 * 64 + 176 * 64 + 64 * 88) + 256 * 64 / 20.0;
        double speed = number(json, "prefill", "tok_s");
        assertEquals(2 * multiplyAdds * speed / 1e9 / peak, number(json, "prefill", "peak_share"), 1e-9);

        // Of 32 columns a row, 18 bytes in Q4 and 34 in Q8; a started group takes a whole one's place.
        int bytes = 2 * (128 * 2 + 64 * 2 + 192 * 2 + 64 * 3) * 18 + 256 * 2 * 34;
        assertEquals(bytes, number(json, "decode", "bytes_per_token"));
        double read = bytes * number(json, "decode", "tok_s") / 1e9;
        assertEquals(read, number(json, "decode", "gb_s"), 1e-9);
        assertEquals(read / bandwidth, number(json, "decode", "bandwidth_share"), 1e-9);
        assertEquals(2, json.required("decode").required("tok_s_each").size());
        assertEquals(30, number(json, "decode", "depth"));
        assertTrue(number(json, "load_ms") > 0 && number(json, "load_ms") < number(json, "first_token_ms"));
        assertTrue(json.required("rss_bytes").isNull() || number(json, "rss_bytes") > 1e7, json::toString);
    }

    private static double number(JsonNode json, String... path) {
        JsonNode node = json;
        for (String field : path) {
            node = node.required(field);
        }
        return node.asDouble();
    }

    @Test
    void saysWhatIsWrong() {
        Run unknown = Run.glm("bench", "--shape=glm-7");
        assertEquals(GlmCommand.ERROR, unknown.exitCode());
        assertTrue(unknown.err().contains("unknown shape glm-7, known are [glm-edge-1.5b,"), unknown.err());

        Run both = Run.glm("bench", "--shape=tiny", "--model=.");
        assertEquals(GlmCommand.ERROR, both.exitCode());
        assertTrue(both.err().contains("mutually exclusive"), both.err());

        Run tooLong = Run.glm("bench", "--shape=tiny", "--depth=500", "--generate=20", "--prompt=1");
        assertEquals(GlmCommand.ERROR, tooLong.exitCode());
        assertTrue(tooLong.err().contains("needs a context of 520 tokens, the model has 512"), tooLong.err());

        Run none = Run.glm("bench", "--shape=tiny", "--repeat=0");
        assertEquals(GlmCommand.ERROR, none.exitCode());
        assertTrue(none.err().contains("repeat must be at least 1, found 0"), none.err());
    }
}
