package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
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

    /** Random weights of a model are finite, so a wrong offset or byte order shows. */
    private static void check(Path folderOrFile) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folderOrFile)) {
            assertFalse(checkpoint.tensors().isEmpty());
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                assertFalse(tensor.file().endsWith("expected.safetensors") && Files.isDirectory(folderOrFile));
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
