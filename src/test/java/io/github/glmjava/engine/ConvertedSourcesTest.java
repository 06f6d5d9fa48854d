package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.SmallGguf;
import io.github.glmjava.reference.ReferenceModel;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ojalgo.matrix.MatrixR064;

/** Numbers go from file to file, and from a file into the network, as they are. */
class ConvertedSourcesTest {
    private static final int[] IDS = {3, 141, 59, 265, 35, 89, 79, 32, 3, 84, 62, 64};

    @TempDir
    Path temporary;

    private Path convert(Path source, ConversionOptions options) throws IOException {
        Path target = temporary.resolve("converted");
        GlmModel.convert(source, target, options);
        return target;
    }

    /** PyTorch's zip of pickles and storages becomes safetensors with the same tensors, bit for bit. */
    @Test
    void picklesBecomeSafetensorsWithTheSameBits() throws IOException {
        Path source = GoldenCase.open("glm_original_blank").folder();
        assertTrue(Files.exists(source.resolve("pytorch_model.bin")));
        Path target = convert(source, ConversionOptions.builder().build());
        assertFalse(Files.exists(target.resolve("pytorch_model.bin")));
        try (Checkpoint pickled = Checkpoint.open(source.resolve("pytorch_model.bin"));
                Checkpoint converted = Checkpoint.open(target.resolve("model.safetensors"))) {
            assertEquals(
                    pickled.tensors().keySet(), Set.copyOf(converted.tensors().keySet()));
            assertTrue(pickled.tensors().size() > 20);
            for (StoredTensor tensor : pickled.tensors().values()) {
                StoredTensor copy = converted.tensor(tensor.name());
                assertEquals(tensor.dtype(), copy.dtype(), tensor.name());
                assertEquals(tensor.shape(), copy.shape(), tensor.name());
                assertEquals(-1, tensor.data().mismatch(copy.data()), tensor.name());
            }
        }
    }

    /** And in another type they are the same numbers, where that type has them all. */
    @ParameterizedTest
    @ValueSource(strings = {"glm_original_blank", "chatglm2_int4"})
    void picklesBecomeFloatsOfTheSameValue(String name) throws IOException {
        Path source = GoldenCase.open(name).folder();
        Path target =
                convert(source, ConversionOptions.builder().dtype(DType.F32).build());
        int compared = 0;
        try (Checkpoint pickled = Checkpoint.open(source.resolve("pytorch_model.bin"));
                Checkpoint converted = Checkpoint.open(target.resolve("model.safetensors"))) {
            for (StoredTensor tensor : pickled.tensors().values()) {
                if (tensor.dtype() == DType.F16 && converted.find(tensor.name()) != null) {
                    StoredTensor copy = converted.tensor(tensor.name());
                    assertEquals(DType.F32, copy.dtype(), tensor.name());
                    assertArrayEquals(tensor.toFloats(), copy.toFloats(), tensor.name());
                    compared++;
                }
            }
        }
        assertTrue(compared > 5, compared + " tensors");
    }

    /** The weights of the file are random floats with all their bits: rounded to 16 bits they give other logits. */
    @Test
    void floatsInGgufAreUsedExactly() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf().write(file);
        Path folder = convert(file, ConversionOptions.builder().build());
        MatrixR064 reference = ReferenceModel.open(folder).forward(IDS).logits();
        try (GlmModel model = GlmModel.load(file);
                GlmModel converted = GlmModel.load(folder)) {
            assertEquals(Set.of("F32"), model.info().bytesByType().keySet());
            assertEquals(model.info().bytesByType(), converted.info().bytesByType());
            float[][] logits = model.logits(IDS);
            assertArrayEquals(logits, converted.logits(IDS));
            assertTrue(largestError(reference, logits) < 1e-5, largestError(reference, logits) + " off");
        }
        Path halves = temporary.resolve("halves");
        GlmModel.convert(
                file, halves, ConversionOptions.builder().dtype(DType.F16).build());
        try (GlmModel rounded = GlmModel.load(halves)) {
            assertTrue(largestError(reference, rounded.logits(IDS)) > 1e-4, "the test would not see rounding");
        }
    }

    /** The bytes of the file, found by their place in it, are those of the converted folder. */
    @Test
    void floatsInGgufAreConvertedExactly() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf().write(file);
        Path folder = convert(file, ConversionOptions.builder().build());
        byte[] content = Files.readAllBytes(file);
        try (Checkpoint converted = Checkpoint.open(folder)) {
            Map<String, StoredTensor> tensors = converted.tensors();
            StoredTensor head = converted.tensor("lm_head.weight");
            assertEquals(List.of(320L, 32L), head.shape());
            byte[] bytes = head.data().toArray(ValueLayout.JAVA_BYTE);
            // The output head is the last tensor, and needs no filling up.
            for (int i = 0; i < bytes.length; i++) {
                assertEquals(content[content.length - bytes.length + i], bytes[i], "byte " + i);
            }
            assertTrue(tensors.values().stream().allMatch(tensor -> tensor.dtype() == DType.F32));
        }
    }

    private static double largestError(MatrixR064 reference, float[][] logits) {
        double largest = 0;
        for (int token = 0; token < logits.length; token++) {
            for (int id = 0; id < logits[token].length; id++) {
                largest = Math.max(largest, Math.abs(reference.doubleValue(token, id) - logits[token][id]));
            }
        }
        return largest;
    }
}
