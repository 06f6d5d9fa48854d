package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The demo model with its weights in fewer bits: what that costs, and that results still do not depend on the split. */
class QuantizedModelTest {
    private static final int RECORDS = 100;
    private static final int END = 2;

    @Test
    void perplexityHardlyRises() throws IOException {
        double stored = perplexity(WeightFormat.AS_STORED);
        double eight = perplexity(WeightFormat.Q8);
        double four = perplexity(WeightFormat.Q4);
        System.out.printf("perplexity of %d records: stored %.4f, Q8 %.4f, Q4 %.4f%n", RECORDS, stored, eight, four);
        assertEquals(stored, eight, 0.001 * stored);
        assertEquals(stored, four, 0.03 * stored);
        assertTrue(four > eight, "four bits lose something");
    }

    /** Half of the memory for keys and values, unless the caller says otherwise. */
    @Test
    void keysAndValuesFollowTheWeights() throws IOException {
        try (GlmModel stored = load(WeightFormat.AS_STORED, 1, 256);
                GlmModel four = load(WeightFormat.Q4, 1, 256)) {
            assertEquals(stored.info().keyValueBytesPerToken(), 2 * four.info().keyValueBytesPerToken());
        }
    }

    private static double perplexity(WeightFormat format) throws IOException {
        Path folder = DemoModel.folder();
        double loss = 0;
        int counted = 0;
        try (GlmModel model = load(format, 2, 256)) {
            List<String> records = Files.readAllLines(folder.resolve("validation.txt"));
            for (String record : records.subList(0, RECORDS)) {
                String[] parts = record.split("\t", -1);
                int[] prompt = model.promptFormat().encodeChat(List.of(ChatMessage.user(parts[0])));
                int[] lineBreak = model.tokenizer().encode("\n");
                int[] response = model.tokenizer().encode(parts[1].replace("\\n", "\n"));
                int[] ids = Stream.of(prompt, lineBreak, response, new int[] {END})
                        .flatMapToInt(IntStream::of)
                        .toArray();
                float[][] logits = model.logits(ids);
                for (int i = prompt.length + lineBreak.length; i < ids.length; i++) {
                    loss += negativeLogLikelihood(logits[i - 1], ids[i]);
                    counted++;
                }
            }
        }
        return Math.exp(loss / counted);
    }

    private static double negativeLogLikelihood(float[] logits, int id) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - logits[id]);
        }
        return Math.log(sum);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8", "Q4"})
    void bitsDoNotDependOnThreadsOrChunks(WeightFormat format) throws IOException {
        int[] ids = IntStream.range(0, 150).map(i -> 100 + 37 * i % 6000).toArray();
        float[][] expected;
        try (GlmModel model = load(format, 1, 256)) {
            expected = model.logits(ids);
        }
        for (int threads = 2; threads <= 3; threads++) {
            try (GlmModel model = load(format, threads, 5 * threads - 9)) {
                assertArrayEquals(expected, model.logits(ids));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8", "Q4"})
    void takesLessMemory(WeightFormat format) throws IOException {
        try (GlmModel stored = load(WeightFormat.AS_STORED, 1, 1);
                GlmModel fewer = load(format, 1, 1)) {
            double share = (double) fewer.info().memoryBytes() / stored.info().memoryBytes();
            // The embedding stays in 16 bits, and so does a fifth of this small model.
            assertTrue(share < (format == WeightFormat.Q8 ? 0.64 : 0.55), "share " + share);
            assertEquals(stored.info().parameters(), fewer.info().parameters());
        }
    }

    private static GlmModel load(WeightFormat format, int threads, int chunk) throws IOException {
        LoadOptions options = LoadOptions.builder()
                .weights(format)
                .threads(threads)
                .prefillChunk(chunk)
                .build();
        return GlmModel.load(DemoModel.folder(), options);
    }
}
