package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters of PEFT: the published numbers, other ways to write the same adapter, and what is refused. */
class LoraTest {
    private static final String LAYER = "transformer.encoder.layers.0.";
    private static final String MODULE = LAYER + "self_attention.query_key_value";
    private static final String PREFIX = "base_model.model.";

    private static final int VOCABULARY = 160;

    @TempDir
    Path temporary;

    private GoldenCase golden = open();

    private static GoldenCase open() {
        try {
            return GoldenCase.open("chatglm3_lora");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path adapter() {
        return golden.folder().resolve("adapter");
    }

    @BeforeEach
    void copyTheAdapter() throws IOException {
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(adapter().resolve(name), temporary.resolve(name));
        }
    }

    @Test
    void logitsAreTheReferences() throws IOException {
        for (int input = 0; input < golden.inputs(); input++) {
            assertNear(golden.logits(input), logits(LoadOptions.builder().lora(adapter()), input), 2e-4);
        }
    }

    @Test
    void theWeightOfAnAdapterIsAFactor() throws IOException {
        float[][] whole = logits(LoadOptions.builder().lora(adapter()), 1);
        float[][] halves = logits(LoadOptions.builder().lora(adapter(), 0.25).lora(temporary, 0.75), 1);
        assertNear(whole, halves, 2e-4);
        float[][] none = logits(LoadOptions.builder().lora(adapter(), 0), 1);
        assertNear(logits(LoadOptions.builder(), 1), none, 0);
    }

    /** Adapters are merged before anything is quantised. */
    @Test
    void quantisedWeightsIncludeTheAdapter() throws IOException {
        Path merged = temporary.resolve("merged");
        try (Checkpoint adapter = Checkpoint.open(adapter().resolve("adapter_model.safetensors"))) {
            writeBase(merged, (name, floats) -> {
                StoredTensor up = adapter.find(PREFIX + name.replace(".weight", ".lora_B.weight"));
                if (up != null) {
                    add(floats, up.toFloats(), adapter.tensor(up.name().replace("_B", "_A")));
                }
            });
        }
        LoadOptions options = LoadOptions.builder().weights(WeightFormat.Q8).build();
        try (GlmModel model = GlmModel.load(merged, options)) {
            float[][] expected = model.logits(golden.inputIds(2));
            assertNear(
                    expected,
                    logits(LoadOptions.builder().weights(WeightFormat.Q8).lora(adapter()), 2),
                    0);
            assertTrue(distance(expected, logits(LoadOptions.builder().weights(WeightFormat.Q8), 2)) > 0.3);
        }
    }

    /** The scaling of this adapter is 16 / 4. */
    private static void add(float[] weights, float[] up, StoredTensor down) throws IOException {
        float[] a = down.toFloats();
        for (int row = 0; row < up.length / 4; row++) {
            for (int k = 0; k < 4; k++) {
                for (int column = 0; column < 64; column++) {
                    weights[row * 64 + column] += 4 * up[row * 4 + k] * a[k * 64 + column];
                }
            }
        }
    }

    private interface Change {
        void apply(String name, float[] floats) throws IOException;
    }

    /** Writes the base model in floats, changed. */
    private void writeBase(Path folder, Change change) throws IOException {
        Files.createDirectory(folder);
        Files.copy(golden.folder().resolve("config.json"), folder.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(golden.folder())) {
            List<TensorSource> tensors = new ArrayList<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                float[] floats = tensor.toFloats();
                change.apply(tensor.name(), floats);
                tensors.add(source(tensor.name(), tensor.shape(), floats));
            }
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
        }
    }

    /** Onto integers, which cannot take it in: compared with the same factors added to the integers as floats. */
    @Test
    void runsBesideIntegers() throws IOException {
        GoldenCase integers = GoldenCase.open("chatglm2_int8");
        Path dequantised = dequantised(integers);
        LoadOptions options = LoadOptions.builder().lora(adapter()).build();
        int[] ids = integers.inputIds(2);
        // The third layer of this model has no update.
        try (GlmModel expected = GlmModel.load(dequantised, options);
                GlmModel actual = GlmModel.load(integers.folder(), options)) {
            assertNear(expected.logits(ids), actual.logits(ids), 2e-4);
        }
    }

    /** Also one of integers, whose scales then have no meaning. */
    @Test
    void savedModulesReplaceMatricesOfIntegers() throws IOException {
        GoldenCase integers = GoldenCase.open("chatglm2_int8");
        String name = LAYER + "self_attention.dense.weight";
        List<Long> shape;
        try (Checkpoint checkpoint = Checkpoint.open(integers.folder())) {
            shape = checkpoint.tensor(name).shape();
        }
        float[] values = new float[Math.toIntExact(shape.getFirst() * shape.getLast())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7 - 3) * 0.01f;
        }
        writeWith(source(PREFIX + name, shape, values));
        change("\"modules_to_save\": null", "\"modules_to_save\": [\"dense\"]");
        LoadOptions options = LoadOptions.builder().lora(temporary).build();
        int[] ids = integers.inputIds(2);
        try (GlmModel expected = GlmModel.load(dequantised(integers), options);
                GlmModel actual = GlmModel.load(integers.folder(), options)) {
            assertNear(expected.logits(ids), actual.logits(ids), 2e-4);
        }
    }

    /** The same model with floats. */
    private Path dequantised(GoldenCase integers) throws IOException {
        Path dequantised = Files.createDirectory(temporary.resolve("dequantised"));
        Files.copy(integers.folder().resolve("config.json"), dequantised.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(integers.folder())) {
            List<TensorSource> tensors = new ArrayList<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                if (tensor.dtype() == DType.I8) {
                    float[] scales = checkpoint.tensor(tensor.name() + "_scale").toFloats();
                    byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
                    float[] floats = new float[bytes.length];
                    for (int i = 0; i < bytes.length; i++) {
                        floats[i] = bytes[i] * scales[i / (bytes.length / scales.length)];
                    }
                    tensors.add(source(tensor.name(), tensor.shape(), floats));
                } else if (!tensor.name().endsWith("_scale")) {
                    tensors.add(source(tensor.name(), tensor.shape(), tensor.toFloats()));
                }
            }
            SafetensorsWriter.write(dequantised.resolve("model.safetensors"), tensors, Map.of());
        }
        return dequantised;
    }

    @Test
    void rankStabilisedScalingAndPatternsAreRespected() throws IOException {
        float[][] doubled = logits(LoadOptions.builder().lora(adapter(), 2), 1);
        // alpha 16, rank 4: 4 becomes 8.
        change("\"use_rslora\": false", "\"use_rslora\": true");
        assertNear(doubled, logits(LoadOptions.builder().lora(temporary), 1), 0);
        change("\"use_rslora\": true", "\"use_rslora\": false");
        change("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"query_key_value\": 32}");
        assertNear(doubled, logits(LoadOptions.builder().lora(temporary), 1), 0);
        change("\"r\": 4,", "\"r\": 8,");
        change("\"rank_pattern\": {}", "\"rank_pattern\": {\"self_attention.query_key_value\": 4}");
        assertNear(doubled, logits(LoadOptions.builder().lora(temporary), 1), 0);
    }

    @Test
    void savedModulesReplaceTheModels() throws IOException {
        String norm = LAYER + "input_layernorm.weight";
        float[] zeros = new float[64];
        writeWith(source(PREFIX + LAYER + "input_layernorm.modules_to_save.weight", List.of(64L), zeros));
        change("\"modules_to_save\": null", "\"modules_to_save\": [\"input_layernorm\"]");
        float[][] withModule = logits(LoadOptions.builder().lora(temporary), 1);
        writeWith(source(PREFIX + norm, List.of(64L), zeros));
        assertNear(withModule, logits(LoadOptions.builder().lora(temporary), 1), 0);
        assertTrue(distance(logits(LoadOptions.builder().lora(adapter()), 1), withModule) > 0.01, "it matters");
        assertRefused(LoadOptions.builder().lora(temporary, 0.5), "which can only be done with weight 1, found 0.5");
        assertRefused(LoadOptions.builder().lora(temporary).lora(copy("again")), "another adapter replaces");
    }

    @Test
    void adaptersOfTheHeadAndTheEmbeddingAreMerged() throws IOException {
        float[] ones = new float[VOCABULARY];
        java.util.Arrays.fill(ones, 0.25f);
        float[] direction = new float[64];
        direction[3] = 1;
        // On the embedding A is rank x vocabulary: each token's vector gets 0.25 * 4 at feature 3.
        writeOnly(
                source(
                        PREFIX + "transformer.embedding.word_embeddings.lora_embedding_A",
                        List.of(1L, (long) VOCABULARY),
                        ones),
                source(PREFIX + "transformer.embedding.word_embeddings.lora_embedding_B", List.of(64L, 1L), direction),
                source(PREFIX + "transformer.output_layer.lora_A.weight", List.of(1L, 64L), direction),
                source(PREFIX + "transformer.output_layer.lora_B.weight", List.of((long) VOCABULARY, 1L), ones));
        change("\"r\": 4,", "\"r\": 1,");
        change("\"lora_alpha\": 16,", "\"lora_alpha\": 4,");
        Path merged = temporary.resolve("merged");
        writeBase(merged, (name, floats) -> {
            for (int i = 3; floats.length == VOCABULARY * 64 && i < floats.length; i += 64) {
                floats[i] += 1;
            }
        });
        try (GlmModel expected = GlmModel.load(merged);
                GlmModel actual = GlmModel.load(
                        golden.folder(), LoadOptions.builder().lora(temporary).build())) {
            assertNear(expected.logits(golden.inputIds(1)), actual.logits(golden.inputIds(1)), 2e-4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_rslora\": false | \"use_dora\": true | field \"use_dora\" is true, expected nothing",
                "\"use_rslora\": false | \"use_magic\": true | fields [use_magic] are not known",
                "\"use_rslora\": false | \"layer_replication\": [[0, 1]] | field \"layer_replication\" is [[0,1]]",
                "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa\" | field \"init_lora_weights\" is \"pissa\"",
                "\"peft_type\": \"LORA\" | \"peft_type\": \"IA3\" | field \"peft_type\" is \"IA3\", expected \"LORA\"",
                "\"r\": 4 | \"r\": 5 | has shape [4, 64], expected [5, features]",
                "\"r\": 4 | \"r\": 0 | field \"r\" is 0, expected a whole number from 1",
                "\"lora_alpha\": 16 | \"lora_alpha\": \"16\" | field \"lora_alpha\" is \"16\", expected a finite number",
                "\"rank_pattern\": {} | \"rank_pattern\": {\"(a+)+$\": 4} | expected names of modules, no regular expressions",
                "\"rank_pattern\": {} | \"rank_pattern\": [4] | expected an object of numbers"
            })
    void refusesWhatWouldChangeTheNumbers(String from, String to, String message) throws IOException {
        change(from, to);
        assertRefused(LoadOptions.builder().lora(temporary), message);
    }

    @Test
    void refusesFactorsThatDoNotFit() throws IOException {
        TensorSource a = source(PREFIX + MODULE + ".lora_A.weight", List.of(4L, 64L), new float[256]);
        TensorSource b = source(PREFIX + MODULE + ".lora_B.weight", List.of(128L, 4L), new float[512]);
        writeOnly(a);
        assertRefused(LoadOptions.builder().lora(temporary), "lora_A and lora_B belong together");
        writeOnly(a, source(PREFIX + MODULE + ".lora_B.weight", List.of(64L, 4L), new float[256]));
        assertRefused(LoadOptions.builder().lora(temporary), "is 64 x 64, but the model has 128 x 64");
        writeOnly(a, source(PREFIX + MODULE + ".lora_B.weight", List.of(512L), new float[512]));
        assertRefused(LoadOptions.builder().lora(temporary), "has shape [512], expected [features, 4]");
        writeOnly(source(MODULE + ".lora_A.weight", List.of(4L, 64L), new float[256]), b);
        assertRefused(LoadOptions.builder().lora(temporary), "does not begin with base_model.model.");
        writeOnly(source(PREFIX + MODULE + ".weight", List.of(128L, 64L), new float[8192]));
        assertRefused(LoadOptions.builder().lora(temporary), "adapter_config.json saves no modules");
        writeOnly(
                source(PREFIX + "model.layers.0.self_attn.q_proj.lora_A.weight", List.of(4L, 64L), new float[256]),
                source(PREFIX + "model.layers.0.self_attn.q_proj.lora_B.weight", List.of(64L, 4L), new float[256]));
        assertRefused(LoadOptions.builder().lora(temporary), "which this model does not have");
    }

    private void assertRefused(LoadOptions.Builder options, String message) {
        CheckpointException error =
                assertThrows(CheckpointException.class, () -> GlmModel.load(golden.folder(), options.build()));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }

    private float[][] logits(LoadOptions.Builder options, int input) throws IOException {
        try (GlmModel model = GlmModel.load(golden.folder(), options.build())) {
            return model.logits(golden.inputIds(input));
        }
    }

    private void change(String from, String to) throws IOException {
        Path file = temporary.resolve("adapter_config.json");
        String text = Files.readString(file);
        assertTrue(text.contains(from), from);
        Files.writeString(file, text.replace(from, to));
    }

    private Path copy(String name) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(temporary.resolve(file), folder.resolve(file));
        }
        return folder;
    }

    private void writeWith(TensorSource more) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(adapter().resolve("adapter_model.safetensors"))) {
            List<TensorSource> tensors = new ArrayList<>();
            checkpoint.tensors().values().forEach(tensor -> tensors.add(TensorSource.of(tensor)));
            tensors.add(more);
            writeOnly(tensors.toArray(new TensorSource[0]));
        }
    }

    private void writeOnly(TensorSource... tensors) throws IOException {
        SafetensorsWriter.write(temporary.resolve("adapter_model.safetensors"), List.of(tensors), Map.of());
    }

    private static TensorSource source(String name, List<Long> shape, float[] values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[4 * values.length]);
        MemorySegment.copy(values, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
        return TensorSource.of(name, DType.F32, shape, bytes);
    }

    private static void assertNear(float[][] expected, float[][] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        for (int token = 0; token < expected.length; token++) {
            assertArrayEquals(expected[token], actual[token], (float) tolerance);
        }
    }

    private static double distance(float[][] a, float[][] b) {
        double largest = 0;
        for (int token = 0; token < a.length; token++) {
            for (int i = 0; i < a[token].length; i++) {
                largest = Math.max(largest, Math.abs(a[token][i] - b[token][i]));
            }
        }
        return largest;
    }
}
