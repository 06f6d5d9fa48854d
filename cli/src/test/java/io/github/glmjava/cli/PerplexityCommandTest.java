package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PerplexityCommandTest {
    private static final String TEXT = "床前明月光，疑是地上霜。举头望明月，低头思故乡。白日依山尽，黄河入海流。欲穷千里目，更上一层楼。";

    @TempDir
    private Path folder;

    private Path text(String content) throws IOException {
        return Files.writeString(folder.resolve("text.txt"), content);
    }

    @Test
    void isWhatTheLogitsSay() throws IOException {
        Run run = Run.glm(
                "perplexity",
                "--threads=1",
                "--window=16",
                "--stride=6",
                "--json",
                text(TEXT).toString());
        assertEquals(0, run.exitCode(), run.err());
        JsonNode json = JsonMapper.shared().readTree(run.out());

        double loss = 0;
        int counted = 0;
        int[] ids;
        try (GlmModel model = GlmModel.load(
                DemoModel.folder(), LoadOptions.builder().threads(1).build())) {
            ids = model.promptFormat().encodeText(TEXT);
            for (int begin = 0; begin == 0 || begin + 16 - 6 < ids.length; begin += 6) {
                int end = Math.min(begin + 16, ids.length);
                float[][] logits = model.logits(Arrays.copyOfRange(ids, begin, end));
                for (int i = begin == 0 ? 1 : begin + 16 - 6; i < end; i++) {
                    float[] row = logits[i - 1 - begin];
                    double sum = 0;
                    for (float logit : row) {
                        sum += Math.exp((double) logit - row[ids[i]]);
                    }
                    loss += Math.log(sum);
                    counted++;
                }
            }
        }
        assertEquals(ids.length - 1, counted);
        assertEquals(counted, json.required("counted_tokens").asInt());
        assertEquals(Math.exp(loss / counted), json.required("perplexity").asDouble(), 1e-9 * Math.exp(loss / counted));
        assertTrue(json.required("standard_error").asDouble() > 0);
    }

    @Test
    void fewerBitsPredictAlmostAsWell() throws IOException {
        String file = text(TEXT).toString();
        Run stored = Run.glm("perplexity", "--method=llama.cpp", "--window=24", file);
        Run eight = Run.glm("perplexity", "--method=llama.cpp", "--window=24", "--weights=q8", file);
        assertTrue(stored.out().contains("(llama.cpp, 2 windows of 24, stride 24: 22 of "), stored.out());
        double of = perplexity(stored);
        assertEquals(of, perplexity(eight), 0.01 * of);
        assertNotEquals(of, perplexity(eight), "as many bits predict alike");
    }

    private static double perplexity(Run run) {
        return Double.parseDouble(run.out().split(" ", 3)[1]);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Run tooShort = Run.glm("perplexity", text("").toString());
        assertEquals(GlmCommand.ERROR, tooShort.exitCode());
        Run unknown = Run.glm("perplexity", "--method=gpt", text(TEXT).toString());
        assertTrue(unknown.err().contains("--method must be hf or llama.cpp, found gpt"), unknown.err());
        Run tooLong = Run.glm("perplexity", "--window=100000", text(TEXT).toString());
        assertTrue(tooLong.err().contains("do not fit the model's context of 512"), tooLong.err());
        Run absent = Run.glm("perplexity", folder.resolve("absent").toString());
        assertTrue(absent.err().contains("there is no file or folder"), absent.err());
        Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        Run binary = Run.glm("perplexity", folder.resolve("latin1.txt").toString());
        assertTrue(binary.err().contains("latin1.txt"), binary.err());
    }
}
