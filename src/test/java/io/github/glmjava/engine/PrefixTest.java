package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P-Tuning v2 prefixes, with and without projection. */
class PrefixTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({"chatglm1_ptuning, 105", "chatglm1_ptuning_proj, 105", "chatglm3_ptuning, 2", "chatglm3_ptuning_proj, 2"
    })
    void logitsAndGreedyIdsAreTheReferences(String name, int stopId) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        LoadOptions options = LoadOptions.builder()
                .ptuning(golden.folder().resolve("ptuning"))
                .prefillChunk(16)
                .build();
        try (GlmModel model = GlmModel.load(golden.folder(), options)) {
            for (int input = 0; input < golden.inputs(); input++) {
                compare(golden.logits(input), model.logits(golden.inputIds(input)));
                int[] generated = model.generate(GenerationRequest.ofTokens(golden.inputIds(input))
                                .withOptions(GenerationOptions.builder()
                                        .doSample(false)
                                        .maxNewTokens(16)
                                        .build()))
                        .ids();
                int[] expected = golden.greedyIds(input);
                // Generation ends at the model's own stop id, the reference's goes on.
                for (int i = 0; i < generated.length; i++) {
                    assertTrue(generated[i] == expected[i], "step " + i);
                }
                assertTrue(generated.length == expected.length || expected[generated.length] == stopId);
            }
        }
    }

    /** As a model is saved whose configuration mentions the prefix. */
    @Test
    void aPrefixMayLieInTheModelsFolder() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_ptuning");
        Files.copy(golden.folder().resolve("ptuning/config.json"), temporary.resolve("config.json"));
        try (Checkpoint base = Checkpoint.open(golden.folder());
                Checkpoint prefix = Checkpoint.open(golden.folder().resolve("ptuning"))) {
            List<TensorSource> tensors = new ArrayList<>();
            for (Checkpoint checkpoint : List.of(base, prefix)) {
                for (StoredTensor tensor : checkpoint.tensors().values()) {
                    tensors.add(TensorSource.of(tensor));
                }
            }
            SafetensorsWriter.write(temporary.resolve("model.safetensors"), tensors, Map.of());
        }
        try (GlmModel model = GlmModel.load(temporary)) {
            compare(golden.logits(1), model.logits(golden.inputIds(1)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"pre_seq_len\": 9 | \"pre_seq_len\": 8 | field \"pre_seq_len\" is 8, expected the rows of",
                "\"pre_seq_len\": 9 | \"pre_seq_len\": null | field \"pre_seq_len\" is missing",
                "\"prefix_projection\": false | \"prefix_projection\": true | the checkpoint has no projection"
            })
    void refusesAConfigurationThatDisagrees(String from, String to, String message) throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_ptuning");
        Path source = golden.folder().resolve("ptuning");
        Files.copy(source.resolve("pytorch_model.bin"), temporary.resolve("pytorch_model.bin"));
        String config = Files.readString(source.resolve("config.json"));
        assertTrue(config.contains(from));
        Files.writeString(temporary.resolve("config.json"), config.replace(from, to));
        assertRefused(golden, temporary, message);
    }

    @Test
    void refusesThePrefixOfAnotherModel() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm2_int8");
        GoldenCase other = GoldenCase.open("chatglm3_ptuning");
        assertRefused(
                golden, other.folder().resolve("ptuning"), "has shape [9, 128], expected [9, 192] for this model");
        GoldenCase projected = GoldenCase.open("chatglm3_ptuning_proj");
        assertRefused(golden, projected.folder().resolve("ptuning"), "expected [192, ...] for this model");
        assertRefused(golden, golden.folder(), "no tensor 'transformer.prefix_encoder.embedding.weight'");
    }

    private static void assertRefused(GoldenCase model, Path prefix, String message) {
        LoadOptions options = LoadOptions.builder().ptuning(prefix).build();
        CheckpointException error =
                assertThrows(CheckpointException.class, () -> GlmModel.load(model.folder(), options));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }

    private static void compare(float[][] expected, float[][] actual) {
        for (int token = 0; token < expected.length; token++) {
            assertArrayEquals(expected[token], actual[token], 2e-4f);
        }
    }
}
