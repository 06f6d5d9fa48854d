package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.fixture.GoldenCase;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever weights are stored as, they can be held in Q8, and adapters go with all of it. */
class QuantisedSourcesTest {
    /** Part of the spread of a case's logits. */
    private static final double CLOSE = 5e-2;

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"chatglm2_int8", "chatglm2_int4", "chatglm3_bf16", "chatglm1_shallow"})
    void storedWeightsBecomeQ8(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        assertClose(golden, golden.folder(), LoadOptions.builder().weights(WeightFormat.Q8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored", "q8"})
    void adaptersGoWithGguf(String weights) throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_lora");
        Path adapter = golden.folder().resolve("adapter");
        Path file = GgufModelTest.write(
                golden, temporary.resolve("model.gguf"), "chatglm", "llama", 64, 2, 4, 2, 90, 8, 1e-5f, 10000f);
        LoadOptions.Builder options = LoadOptions.builder().lora(adapter);
        if (weights.equals("q8")) {
            options.weights(WeightFormat.Q8);
        }
        assertClose(golden, file, options);
        // And what is merged before it is quantised is the same from either file.
        try (GlmModel published = GlmModel.load(golden.folder(), options.build());
                GlmModel gguf = GlmModel.load(file, options.build())) {
            int[] ids = golden.inputIds(1);
            assertArrayEquals(published.logits(ids), gguf.logits(ids));
        }
    }

    @Test
    void aPrefixGoesWithQuantisedWeights() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_ptuning");
        assertClose(
                golden,
                golden.folder(),
                LoadOptions.builder()
                        .weights(WeightFormat.Q8)
                        .ptuning(golden.folder().resolve("ptuning")));
    }

    private static void assertClose(GoldenCase golden, Path source, LoadOptions.Builder options) throws IOException {
        try (GlmModel model = GlmModel.load(source, options.build())) {
            for (int input = 0; input < golden.inputs(); input++) {
                float[][] found = model.logits(golden.inputIds(input));
                double sum = 0;
                double squares = 0;
                double errors = 0;
                int count = 0;
                for (int token = 0; token < found.length; token++) {
                    float[] expected = golden.logits(input)[token];
                    for (int i = 0; i < expected.length; i++) {
                        sum += expected[i];
                        squares += expected[i] * expected[i];
                        errors += Math.pow(expected[i] - found[token][i], 2);
                        count++;
                    }
                }
                double spread = Math.sqrt(squares / count - Math.pow(sum / count, 2));
                double error = Math.sqrt(errors / count) / spread;
                assertTrue(error < CLOSE, "input " + input + " is off by " + error + " of the spread");
            }
        }
    }
}
