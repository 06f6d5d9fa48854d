package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightMemory;
import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Logits have the same bits however the work is split over threads and calls, and whatever was cut off before. The
 * sequence is longer than two pages of the key-value cache; the widths suit the vectors in one case and not in the other.
 */
class SameBitsTest {
    private static final int LENGTH = 300;

    private static final int VOCABULARY = 307;

    /** Around the borders of pages, 128 and 256 tokens. */
    private static final int[] CUTS = {1, 100, 127, 128, 129, 255, 256, 257, 299};

    @TempDir
    private Path folder;

    private int[] ids = {};
    private float[][] expected = {};

    private void write(DType dtype, int hiddenSize, int feedForwardSize) throws IOException {
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3,
                2,
                hiddenSize,
                6,
                2,
                32,
                feedForwardSize,
                VOCABULARY,
                1,
                1e-5,
                true,
                false,
                dtype,
                1);
        ids = RandomCheckpoint.write(folder, shape, 11).randomIds(LENGTH, 11);
        try (OpenNetwork network = OpenNetwork.open(folder, 1)) {
            expected = network.sequence(LENGTH).appendForLogits(ids);
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 128, 256", "F16, 128, 256", "BF16, 128, 256", "F32, 83, 149", "F16, 83, 149", "BF16, 83, 149"})
    void howWorkIsSplitDoesNotMatter(DType dtype, int hiddenSize, int feedForwardSize) throws IOException {
        write(dtype, hiddenSize, feedForwardSize);
        for (int threads = 1; threads <= 3; threads++) {
            try (OpenNetwork network = OpenNetwork.open(folder, threads)) {
                for (int chunk : new int[] {1, 3, 7, 64, 256}) {
                    String split = threads + " threads, " + chunk + " tokens at a time";
                    float[][] actual = network.sequence(chunk).appendForLogits(ids);
                    for (int position = 0; position < LENGTH; position++) {
                        assertSameBits(position, actual[position], split);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 128, 256", "F16, 128, 256", "BF16, 128, 256", "F16, 83, 149"})
    void decodingGivesWhatThePromptGives(DType dtype, int hiddenSize, int feedForwardSize) throws IOException {
        write(dtype, hiddenSize, feedForwardSize);
        try (OpenNetwork network = OpenNetwork.open(folder, 2)) {
            for (int prompt : new int[] {1, 120, 250}) {
                NetworkSequence sequence = network.sequence(64);
                sequence.append(ids, 0, prompt);
                assertSameBits(prompt - 1, sequence.logits(), "prompt of " + prompt);
                NetworkSequence singly = network.sequence(64);
                singly.appendSingly(ids, 0, prompt);
                assertSameBits(prompt - 1, singly.logits(), "prompt of " + prompt + ", one at a time");
                for (int position = prompt; position < LENGTH; position++) {
                    sequence.append(ids, position, position + 1);
                    assertSameBits(position, sequence.logits(), "decoding after " + prompt);
                }
            }
        }
    }

    /** What was fed before a cut leaves no trace, not even in the rest of a page. */
    @ParameterizedTest
    @CsvSource({"F32, 128, 256", "F16, 128, 256", "BF16, 128, 256", "F16, 83, 149"})
    void aCutSequenceIsLikeANewOne(DType dtype, int hiddenSize, int feedForwardSize) throws IOException {
        write(dtype, hiddenSize, feedForwardSize);
        int[] others = Arrays.stream(ids).map(id -> (id + 1) % VOCABULARY).toArray();
        try (OpenNetwork network = OpenNetwork.open(folder, 2)) {
            NetworkSequence sequence = network.sequence(50);
            sequence.append(ids, 0, LENGTH);
            for (int cut : CUTS) {
                sequence.truncate(cut);
                sequence.append(others, cut, LENGTH);
                sequence.truncate(cut);
                sequence.append(ids, cut, LENGTH);
                assertSameBits(LENGTH - 1, sequence.logits(), "cut to " + cut);
            }
            assertEquals(LENGTH, sequence.length());
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 128, 256", "F16, 83, 149", "BF16, 128, 256"})
    void sessionsOnTwoThreadsDoNotDisturbEachOther(DType dtype, int hiddenSize, int feedForwardSize)
            throws IOException, InterruptedException, ExecutionException {
        write(dtype, hiddenSize, feedForwardSize);
        LoadOptions options = LoadOptions.builder().threads(2).prefillChunk(37).build();
        try (GlmModel model = GlmModel.load(folder, options);
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            List<Future<float[][]>> runs = new ArrayList<>();
            for (int run = 0; run < 6; run++) {
                int length = LENGTH - 30 * run;
                runs.add(executor.submit(() -> model.logits(Arrays.copyOf(ids, length))));
            }
            for (Future<float[][]> run : runs) {
                float[][] actual = run.get();
                for (int position = 0; position < actual.length; position++) {
                    assertSameBits(position, actual[position], "two threads, one model");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void whereWeightsLieDoesNotMatter(DType dtype) throws IOException {
        write(dtype, 128, 256);
        LoadOptions options =
                LoadOptions.builder().threads(2).memory(WeightMemory.COPIED).build();
        float[][] actual;
        try (GlmModel model = GlmModel.load(folder, options)) {
            actual = model.logits(ids);
        }
        for (int position = 0; position < LENGTH; position++) {
            assertSameBits(position, actual[position], "copied weights");
        }
    }

    private void assertSameBits(int position, float[] actual, String how) {
        int index = Arrays.mismatch(expected[position], actual);
        assertTrue(
                index < 0,
                () -> how + ": position " + position + ", logit " + index + " is " + actual[index] + ", expected "
                        + expected[position][index]);
    }
}
