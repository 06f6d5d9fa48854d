package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of quantised weights: the same bits as quantising while loading, and clear errors. */
class QuantizedFolderTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    private Path folder;

    private static LoadOptions options(WeightFormat format) {
        return LoadOptions.builder().weights(format).threads(2).build();
    }

    private static float[][] logits(Path model, WeightFormat format) throws IOException {
        try (GlmModel loaded = GlmModel.load(model, options(format))) {
            return loaded.logits(3, 1, 4, 1, 5, 9, 2, 6);
        }
    }

    private Path quantized(Path source, WeightFormat format) throws IOException {
        Path target = folder.resolve(format.name());
        GlmModel.quantize(source, target, options(format));
        return target;
    }

    private Path random() throws IOException {
        Path source = Files.createDirectories(folder.resolve("original"));
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3, 2, 40, 4, 2, 8, 44, 70, 1, 1e-5, true, false, DType.BF16, 1);
        RandomCheckpoint.write(source, shape, 1);
        return source;
    }

    /** Layouts of all kinds: shards, one matrix for each of q, k and v, a head that is the embedding, integers with scales. */
    @ParameterizedTest
    @CsvSource({
        "chatglm2_f16_sharded,Q8",
        "chatglm2_int8,Q4",
        "glm_edge_tied,Q4",
        "glm4_0414_sharded,Q8",
        "chatglm3_ptuning,Q4",
        "chatglm3_bf16,MIXED",
        "glm4_moe_groups,Q8",
        "glm4_moe_lite_mla,Q4",
        "glm4_moe_lite_mla,MIXED"
    })
    void computesWhatTheOriginalComputesInThatFormat(String name, WeightFormat format) throws IOException {
        Path original = GoldenCase.open(name).folder();
        float[][] expected = logits(original, format);
        Path target = quantized(original, format);
        assertArrayEquals(expected, logits(target, WeightFormat.AS_STORED));
        assertArrayEquals(expected, logits(target, format));
    }

    @Test
    void isSmallerAndHasEverythingElse() throws IOException {
        Path target = quantized(DemoModel.folder(), WeightFormat.Q4);
        assertArrayEquals(logits(DemoModel.folder(), WeightFormat.Q4), logits(target, WeightFormat.AS_STORED));
        try (GlmModel original = GlmModel.load(DemoModel.folder(), options(WeightFormat.Q4));
                GlmModel loaded = GlmModel.load(target)) {
            assertEquals(original.info().parameters(), loaded.info().parameters());
            assertEquals(original.info().memoryBytes(), loaded.info().memoryBytes());
            assertTrue(loaded.info().weightBytes() < 0.5 * original.info().weightBytes());
            assertArrayEquals(
                    original.promptFormat().encodeText("床前明月光"),
                    loaded.promptFormat().encodeText("床前明月光"));
        }
    }

    @Test
    void quantisedWeightsAreNotQuantisedAgain() throws IOException {
        Path target = quantized(random(), WeightFormat.Q4);
        IOException again = assertThrows(
                CheckpointException.class,
                () -> GlmModel.quantize(target, folder.resolve("again"), options(WeightFormat.Q4)));
        assertTrue(String.valueOf(again.getMessage()).contains("quantised already"), again::getMessage);
        IOException other = assertThrows(CheckpointException.class, () -> logits(target, WeightFormat.Q8));
        assertTrue(
                String.valueOf(other.getMessage()).contains("quantised as q4 and cannot be loaded as q8"),
                other::getMessage);
        assertFalse(Files.exists(folder.resolve("again")));
    }

    /** Writes the weights of a folder again with some metadata changed, and one tensor cut by a byte if it is named. */
    private static void rewrite(Path model, Map<String, String> changes, String cut) throws IOException {
        Path changed = model.resolve("changed.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            Map<String, String> metadata = new HashMap<>(checkpoint.metadata());
            metadata.putAll(changes);
            List<TensorSource> tensors = new ArrayList<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                long bytes = tensor.data().byteSize() - (tensor.name().equals(cut) ? 1 : 0);
                tensors.add(
                        tensor.name().equals(cut)
                                ? TensorSource.of(
                                        cut,
                                        tensor.dtype(),
                                        List.of(bytes),
                                        tensor.data().asSlice(0, bytes))
                                : TensorSource.of(tensor));
            }
            SafetensorsWriter.write(changed, tensors, metadata);
        }
        Files.move(changed, model.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @CsvSource({
        "glm_java.block_layout,999,is 999",
        "glm_java.weights,q3,is q3",
    })
    void unknownFormatsAreRefused(String key, String value, String saying) throws IOException {
        Path target = quantized(random(), WeightFormat.Q8);
        rewrite(target, Map.of(key, value), "");
        IOException failure = assertThrows(CheckpointException.class, () -> GlmModel.load(target));
        assertTrue(
                String.valueOf(failure.getMessage()).contains(key)
                        && String.valueOf(failure.getMessage()).contains(saying),
                failure::getMessage);
        assertTrue(String.valueOf(failure.getMessage()).contains(WEIGHTS), failure::getMessage);
    }

    @Test
    void shortTensorsAndFilesAreRefused() throws IOException {
        Path target = quantized(random(), WeightFormat.Q8);
        String name = "transformer.encoder.layers.1.mlp.dense_4h_to_h.weight.q8";
        rewrite(target, Map.of(), name);
        IOException shortened = assertThrows(CheckpointException.class, () -> GlmModel.load(target));
        assertTrue(
                String.valueOf(shortened.getMessage()).contains(name)
                        && String.valueOf(shortened.getMessage()).contains("expected ["),
                shortened::getMessage);
        byte[] bytes = Files.readAllBytes(target.resolve(WEIGHTS));
        Files.write(target.resolve(WEIGHTS), Arrays.copyOf(bytes, bytes.length - 100));
        IOException truncated = assertThrows(CheckpointException.class, () -> GlmModel.load(target));
        assertTrue(String.valueOf(truncated.getMessage()).contains("truncated"), truncated::getMessage);
    }

    @Test
    void leavesNothingBehindWhenItFails() throws IOException {
        Path original = random();
        Path occupied = Files.createDirectories(folder.resolve("occupied"));
        Files.writeString(occupied.resolve("mine"), "");
        assertThrows(
                FileAlreadyExistsException.class,
                () -> GlmModel.quantize(original, occupied, options(WeightFormat.Q8)));

        Path changed = original.resolve("changed.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(original)) {
            List<TensorSource> tensors = new ArrayList<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                MemorySegment data = MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE));
                if (tensor.name().contains("layers.1.mlp.dense_4h_to_h.weight")) {
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 0x7fc0); // not a number
                }
                tensors.add(TensorSource.of(tensor.name(), tensor.dtype(), tensor.shape(), data));
            }
            SafetensorsWriter.write(changed, tensors, Map.of());
        }
        Files.move(changed, original.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
        IOException failure = assertThrows(
                CheckpointException.class,
                () -> GlmModel.quantize(original, folder.resolve("new"), options(WeightFormat.Q8)));
        assertTrue(String.valueOf(failure.getMessage()).contains("NaN"), failure::getMessage);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of("occupied", "original"),
                    left.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> GlmModel.quantize(original, folder.resolve("new"), LoadOptions.defaults()));
    }
}
