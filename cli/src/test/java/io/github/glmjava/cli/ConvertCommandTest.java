package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code glm convert}: what it writes passes {@code glm verify}, and mistakes are one line. */
class ConvertCommandTest {
    private static final String EXPECTED = "expected.safetensors";

    @TempDir
    Path temporary;

    private static Path original() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ConvertCommandTest.class.getResource("case/config.json"))
                        .toURI())
                .resolveSibling("");
    }

    @Test
    void convertedFoldersPassTheSameCases() throws IOException, URISyntaxException {
        Path target = temporary.resolve("converted");
        Run run = Run.glm("convert", original().toString(), target.toString(), "--dtype", "f32", "--shard-size", "1MB");
        assertEquals(new Run(0, "", ""), run);
        assertTrue(Files.exists(target.resolve("model.safetensors")), "shards became one file");
        assertEquals(Set.of(DType.F32), types(target));
        assertPasses(target);
    }

    @Test
    void shardsAreAsLargeAsAsked() throws IOException, URISyntaxException {
        Path target = temporary.resolve("converted");
        Run run = Run.glm("convert", original().toString(), target.toString(), "--shard-size", "200000");
        assertEquals(new Run(0, "", ""), run);
        assertTrue(Files.exists(target.resolve("model.safetensors.index.json")), "one file became shards");
        assertEquals(Set.of(DType.F16), types(target));
        assertPasses(target);
    }

    private static Set<DType> types(Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.tensors().values().stream()
                    .map(StoredTensor::dtype)
                    .collect(Collectors.toSet());
        }
    }

    private static void assertPasses(Path target) throws IOException, URISyntaxException {
        Files.copy(original().resolve(EXPECTED), target.resolve(EXPECTED));
        Run verified = Run.glm("verify", target.toString());
        assertEquals(0, verified.exitCode(), verified.out());
    }

    @Test
    void mistakesAreOneLine() throws IOException, URISyntaxException {
        String source = original().toString();
        String target = temporary.resolve("new").toString();
        assertOneLine("expected f32, f16 or bf16, found 'q4'", Run.glm("convert", source, target, "--dtype", "q4"));
        assertOneLine(
                "expected a size such as 5GB, found '0GB'", Run.glm("convert", source, target, "--shard-size", "0GB"));
        Files.writeString(Files.createDirectories(Path.of(target)).resolve("mine"), "");
        assertOneLine("must not exist, or be an empty folder", Run.glm("convert", source, target));
    }

    private static void assertOneLine(String message, Run run) {
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains(message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
