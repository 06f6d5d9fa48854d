package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Files as PyTorch users have them: the small checkpoints of every family, which lie beside the project. */
class GoldenCheckpointsTest {
    @TestFactory
    Stream<DynamicTest> everySafetensorsFolderOpens() throws IOException {
        return opens(GoldenCheckpointsTest::isSafetensors);
    }

    @TestFactory
    Stream<DynamicTest> everySafetensorsFileOpens() throws IOException {
        return opens(file -> file.toString().endsWith(".safetensors"));
    }

    @TestFactory
    Stream<DynamicTest> everyPyTorchFolderOpens() throws IOException {
        return opens(GoldenCheckpointsTest::isPyTorch);
    }

    @TestFactory
    Stream<DynamicTest> everyPyTorchFileOpens() throws IOException {
        return opens(file -> file.toString().endsWith(".bin"));
    }

    private static Stream<DynamicTest> opens(Predicate<Path> filter) throws IOException {
        Path goldens = goldens();
        List<Path> paths;
        try (Stream<Path> all = Files.walk(goldens)) {
            paths = all.filter(filter).sorted().toList();
        }
        assertFalse(paths.isEmpty());
        return paths.stream()
                .map(path -> DynamicTest.dynamicTest(goldens.relativize(path).toString(), () -> check(path)));
    }

    @Test
    void shardsAreOneCheckpoint() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve("chatglm2_f16_sharded"))) {
            StoredTensor embedding = checkpoint.tensor("transformer.embedding.word_embeddings.weight");
            assertEquals(DType.F16, embedding.dtype());
            assertEquals(List.of(200L, 64L), embedding.shape());
            assertTrue(embedding.file().endsWith("model-00001-of-00002.safetensors"));
            assertTrue(checkpoint
                    .tensor("transformer.encoder.final_layernorm.weight")
                    .file()
                    .endsWith("model-00002-of-00002.safetensors"));
            assertEquals("pt", checkpoint.metadata().get("format"));
        }
    }

    @Test
    void shapesAreThoseOfChatGlm2() throws IOException {
        // Per config.json: hidden 64, 4 heads and 2 groups of 16, feed-forward 80 (twice for SwiGLU), vocabulary 150.
        for (String golden : List.of("chatglm2_bin_sharded", "chatglm2_bin_legacy")) {
            try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve(golden))) {
                String layer = "transformer.encoder.layers.1.";
                assertShape(checkpoint, "transformer.embedding.word_embeddings.weight", DType.F16, 150, 64);
                assertShape(checkpoint, layer + "self_attention.query_key_value.weight", DType.F16, 128, 64);
                assertShape(checkpoint, layer + "self_attention.query_key_value.bias", DType.F16, 128);
                assertShape(checkpoint, layer + "self_attention.dense.weight", DType.F16, 64, 64);
                assertShape(checkpoint, layer + "mlp.dense_h_to_4h.weight", DType.F16, 160, 64);
                assertShape(checkpoint, layer + "mlp.dense_4h_to_h.weight", DType.F16, 64, 80);
                assertShape(checkpoint, "transformer.output_layer.weight", DType.F16, 150, 64);
            }
        }
    }

    @Test
    void shapesAreThoseOfCodeGeeX2() throws IOException {
        // Hidden 48, 3 heads and 1 group of 16, feed-forward 76, vocabulary 140.
        try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve("codegeex2_bin_bf16"))) {
            String layer = "transformer.encoder.layers.2.";
            assertShape(checkpoint, "transformer.embedding.word_embeddings.weight", DType.BF16, 140, 48);
            assertShape(checkpoint, layer + "self_attention.query_key_value.weight", DType.BF16, 80, 48);
            assertShape(checkpoint, layer + "mlp.dense_h_to_4h.weight", DType.BF16, 152, 48);
            assertShape(checkpoint, layer + "mlp.dense_4h_to_h.weight", DType.BF16, 48, 76);
        }
    }

    @Test
    void fourBitWeightsAreTwoToAByte() throws IOException {
        // Hidden 96, 6 heads and 2 groups of 16, feed-forward 108; and hidden 24, feed-forward 100.
        try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve("chatglm2_int4"))) {
            String layer = "transformer.encoder.layers.1.";
            assertShape(checkpoint, layer + "self_attention.query_key_value.weight", DType.I8, 160, 48);
            assertShape(checkpoint, layer + "self_attention.query_key_value.weight_scale", DType.F16, 160);
            assertShape(checkpoint, layer + "mlp.dense_4h_to_h.weight", DType.I8, 96, 54);
        }
        try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve("chatglm1_int4"))) {
            String layer = "transformer.layers.27.";
            assertShape(checkpoint, layer + "attention.query_key_value.weight", DType.I8, 72, 12);
            assertShape(checkpoint, layer + "attention.query_key_value.weight_scale", DType.F16, 72);
            assertShape(checkpoint, layer + "mlp.dense_4h_to_h.weight", DType.I8, 24, 50);
        }
    }

    @Test
    void shapesAreThoseOfTheOriginalGlm() throws IOException {
        // Hidden 64, vocabulary 130, 80 positions and one more.
        try (Checkpoint checkpoint = Checkpoint.open(goldens().resolve("glm_original_blank"))) {
            List<List<Long>> shapes = checkpoint.tensors().values().stream()
                    .map(StoredTensor::shape)
                    .toList();
            assertTrue(shapes.contains(List.of(130L, 64L)));
            assertTrue(shapes.contains(List.of(81L, 64L)));
            assertTrue(shapes.contains(List.of(192L, 64L)));
        }
    }

    private static void assertShape(Checkpoint checkpoint, String name, DType dtype, long... shape)
            throws CheckpointException {
        StoredTensor tensor = checkpoint.tensor(name);
        assertEquals(dtype, tensor.dtype(), name);
        assertEquals(LongStream.of(shape).boxed().toList(), tensor.shape(), name);
    }

    /** Random weights of a model are finite, so a wrong offset or byte order shows. */
    private static void check(Path folderOrFile) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folderOrFile)) {
            assertFalse(checkpoint.tensors().isEmpty());
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                assertFalse(tensor.file().endsWith("expected.safetensors") && Files.isDirectory(folderOrFile));
                assertEquals(
                        tensor.dtype().byteSize(tensor.shape()), tensor.data().byteSize());
                switch (tensor.dtype()) {
                    case F64, F32, F16, BF16 -> {
                        for (float value : tensor.toFloats()) {
                            assertTrue(Math.abs(value) < 1e4f, () -> tensor + " has " + value);
                        }
                    }
                    default -> assertTrue(tensor.elements() > 0);
                }
            }
        }
    }

    private static boolean isSafetensors(Path folder) {
        return Files.exists(folder.resolve("model.safetensors"))
                || Files.exists(folder.resolve("model.safetensors.index.json"));
    }

    private static boolean isPyTorch(Path folder) {
        return Files.exists(folder.resolve("pytorch_model.bin"))
                || Files.exists(folder.resolve("pytorch_model.bin.index.json"));
    }

    private static Path goldens() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path goldens = folder.resolve("shared").resolve("goldens");
            if (Files.isDirectory(goldens)) {
                return goldens;
            }
        }
        return Assumptions.abort("no folder shared/goldens beside the project");
    }
}
