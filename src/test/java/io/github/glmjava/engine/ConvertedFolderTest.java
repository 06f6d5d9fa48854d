package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Converted folders: the reference's numbers from whatever was converted, and nothing but plain floats. */
class ConvertedFolderTest {
    @TempDir
    Path temporary;

    private Path convert(Path source, ConversionOptions.Builder options) throws IOException {
        Path target = temporary.resolve("converted");
        GlmModel.convert(source, target, options.build());
        return target;
    }

    private static void assertTheReferences(GoldenCase golden, Path folder) throws IOException {
        try (GlmModel model = GlmModel.load(folder)) {
            golden.assertLogits(model::logits, golden.logitsTolerance());
        }
    }

    /** A folder that does not say what its special tokens are becomes one that does. */
    @Test
    void specialTokensGoIntoTheFolder() throws IOException {
        GoldenCase golden = GoldenCase.open("glm_original_blank");
        Path silent = Files.createDirectory(temporary.resolve("silent"));
        for (String name : List.of("config.json", "pytorch_model.bin")) {
            Files.copy(golden.folder().resolve(name), silent.resolve(name));
        }
        assertThrows(CheckpointException.class, () -> GlmModel.load(silent));
        Map<String, Integer> tokens =
                Map.of("[CLS]", 120, "[MASK]", 121, "<|endoftext|>", 122, "<|startofpiece|>", 123);
        assertTheReferences(golden, convert(silent, ConversionOptions.builder().specialTokens(tokens)));
    }

    private static float[][] logits(Path folder, WeightFormat format) throws IOException {
        try (GlmModel model = GlmModel.load(
                folder, LoadOptions.builder().weights(format).threads(2).build())) {
            return model.logits(3, 1, 4, 1, 5, 9, 2, 6);
        }
    }

    /** Shards, PyTorch's pickles, integers, a tied head, experts, the latent, a blank-filling model. */
    @ParameterizedTest
    @CsvSource({
        "chatglm1_shallow, F16",
        "chatglm2_f16_sharded, F16",
        "chatglm2_int8, F16 F32",
        "chatglm2_int4, F16 F32",
        "glm_edge_tied, BF16",
        "glm4_moe_groups, BF16 F32",
        "glm4_moe_lite_mla, BF16 F32",
        "glm_original_blank, F16"
    })
    void computesWhatTheOriginalComputes(String name, String types) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        Path target = convert(golden.folder(), ConversionOptions.builder());
        assertTheReferences(golden, target);
        assertEquals(types, types(target));
        assertEquals(name.contains("int"), hasQuantizationBit(golden.folder()));
        assertFalse(hasQuantizationBit(target));
    }

    private static boolean hasQuantizationBit(Path folder) throws IOException {
        return config(folder).has("quantization_bit");
    }

    private static JsonNode config(Path folder) throws IOException {
        return JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve("config.json")));
    }

    private static String types(Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            TreeSet<String> types = new TreeSet<>();
            checkpoint
                    .tensors()
                    .values()
                    .forEach(tensor -> types.add(tensor.dtype().name()));
            return String.join(" ", types);
        }
    }

    @Test
    void anAdapterIsMerged() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_lora");
        Path adapter = golden.folder().resolve("adapter");
        Path target = convert(
                golden.folder(), ConversionOptions.builder().dtype(DType.F32).lora(adapter, 1));
        assertTheReferences(golden, target);
        assertEquals("F32", types(target));
        assertEquals("float32", config(target).path("torch_dtype").asString());
    }

    /** As PEFT does it, the sum is stored in the type that the weights have. */
    @Test
    void aMergedAdapterKeepsTheTypeOfTheWeights() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_lora");
        Path target = convert(
                golden.folder(),
                ConversionOptions.builder().lora(golden.folder().resolve("adapter"), 1));
        assertEquals("F16", types(target));
        try (GlmModel model = GlmModel.load(target)) {
            float[][] logits = model.logits(golden.inputIds(0));
            for (int token = 0; token < logits.length; token++) {
                assertArrayEquals(golden.logits(0)[token], logits[token], 0.05f);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"chatglm3_ptuning", "chatglm3_ptuning_proj"})
    void aPrefixBecomesAPartOfTheFolder(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        Path target = convert(
                golden.folder(),
                ConversionOptions.builder().ptuning(golden.folder().resolve("ptuning")));
        assertTheReferences(golden, target);
        // And stays one when the folder is converted again.
        Path again = temporary.resolve("again");
        GlmModel.convert(target, again, ConversionOptions.builder().build());
        assertTheReferences(golden, again);
    }

    @Test
    void shardsAreNoLargerThanAsked() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_bf16");
        Path target = convert(golden.folder(), ConversionOptions.builder().shardBytes(100_000));
        assertTheReferences(golden, target);
        assertTrue(Files.exists(target.resolve("model.safetensors.index.json")));
        try (Stream<Path> files = Files.list(target)) {
            List<Path> shards = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
            assertEquals(3, shards.size());
            for (Path shard : shards) {
                assertTrue(Files.size(shard) < 110_000, shard.toString());
            }
        }
    }

    @Test
    void everythingElseIsKept() throws IOException {
        Path target = convert(DemoModel.folder(), ConversionOptions.builder());
        assertArrayEquals(logits(DemoModel.folder(), WeightFormat.AS_STORED), logits(target, WeightFormat.AS_STORED));
        try (GlmModel original = GlmModel.load(DemoModel.folder());
                GlmModel converted = GlmModel.load(target)) {
            GenerationRequest request = GenerationRequest.ofText("续写：床前明月光，")
                    .withOptions(GenerationOptions.builder().seed(7).build());
            assertEquals(
                    original.generate(request).text(),
                    converted.generate(request).text());
        }
    }

    /** Narrower floats are the nearest ones. */
    @ParameterizedTest
    @CsvSource({"F16, 11", "BF16, 8"})
    void floatsAreRoundedToTheNearest(DType dtype, int bits) throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_ptuning_proj");
        Path wide = temporary.resolve("wide");
        GlmModel.convert(
                golden.folder(),
                wide,
                ConversionOptions.builder()
                        .dtype(DType.F32)
                        .ptuning(golden.folder().resolve("ptuning"))
                        .build());
        Path target = convert(wide, ConversionOptions.builder().dtype(dtype));
        assertEquals(dtype.name(), types(target));
        try (Checkpoint before = Checkpoint.open(wide);
                Checkpoint after = Checkpoint.open(target)) {
            for (StoredTensor tensor : before.tensors().values()) {
                float[] expected = tensor.toFloats();
                float[] found = after.tensor(tensor.name()).toFloats();
                for (int i = 0; i < expected.length; i++) {
                    float half = Math.max(Math.ulp(expected[i]) * (1 << (24 - bits)), 6e-8f) / 2;
                    assertEquals(expected[i], found[i], half, tensor.name());
                }
            }
        }
    }

    @Test
    void theRoutersCorrectionKeepsItsPrecision() throws IOException {
        GoldenCase golden = GoldenCase.open("glm4_moe_qknorm");
        Path target = convert(golden.folder(), ConversionOptions.builder().dtype(DType.F16));
        try (Checkpoint checkpoint = Checkpoint.open(target)) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                boolean correction = tensor.name().endsWith("e_score_correction_bias");
                assertEquals(correction ? DType.F32 : DType.F16, tensor.dtype(), tensor.name());
            }
        }
    }

    @Test
    void whatCannotBeConvertedLeavesNothingBehind() throws IOException {
        GoldenCase golden = GoldenCase.open("chatglm3_bf16");
        Path occupied = Files.createDirectory(temporary.resolve("occupied"));
        Files.writeString(occupied.resolve("mine"), "");
        assertThrows(
                FileAlreadyExistsException.class,
                () -> GlmModel.convert(
                        golden.folder(), occupied, ConversionOptions.builder().build()));

        Path large = Files.createDirectory(temporary.resolve("large"));
        Files.copy(golden.folder().resolve("config.json"), large.resolve("config.json"));
        float[] values = {1, 70_000, 2};
        SafetensorsWriter.write(
                large.resolve("model.safetensors"),
                List.of(TensorSource.of(
                        "some.weight",
                        DType.F32,
                        List.of(3L),
                        MemorySegment.ofArray(values).asReadOnly())),
                Map.of());
        refuse(
                large,
                ConversionOptions.builder().dtype(DType.F16),
                "\"some.weight\" has the value 70000.0, which is too");

        Path adapter = GoldenCase.open("chatglm3_lora").folder().resolve("adapter");
        refuse(
                GoldenCase.open("glm_edge_tied").folder(),
                ConversionOptions.builder().lora(adapter, 1),
                "adapter is for a model with");
        Path prefix = GoldenCase.open("chatglm3_ptuning").folder().resolve("ptuning");
        refuse(
                GoldenCase.open("glm_edge_tied").folder(),
                ConversionOptions.builder().ptuning(prefix),
                "prefix_encoder");
        Path quantized = temporary.resolve("quantized");
        GlmModel.quantize(
                golden.folder(),
                quantized,
                LoadOptions.builder().weights(WeightFormat.Q8).build());
        refuse(quantized, ConversionOptions.builder(), "convert the original model");
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(
                    List.of("large", "occupied", "quantized"),
                    left.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    private void refuse(Path source, ConversionOptions.Builder options, String message) {
        CheckpointException error = assertThrows(
                CheckpointException.class, () -> GlmModel.convert(source, temporary.resolve("new"), options.build()));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }
}
