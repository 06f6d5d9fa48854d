package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code glm quantize}: what it writes is smaller and passes {@code glm verify} with the same format. */
class QuantizeCommandTest {
    @TempDir
    Path temporary;

    private static Path original() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(QuantizeCommandTest.class.getResource("case/config.json"))
                        .toURI())
                .resolveSibling("");
    }

    private static long weightBytes(Path folder) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.tensors().values().stream()
                    .map(StoredTensor::data)
                    .mapToLong(data -> data.byteSize())
                    .sum();
        }
    }

    @Test
    void quantisedFoldersPassTheSameCases() throws IOException, URISyntaxException {
        Path target = temporary.resolve("quantised");
        Run run = Run.glm("quantize", "-v", "--threads=1", original().toString(), target.toString(), "--weights", "q8");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.out());
        List<String> progress = run.err().lines().toList();
        assertEquals("100 %", progress.getLast(), run.err());
        assertTrue(progress.stream().allMatch(line -> line.matches("\\d+ %")), run.err());

        assertTrue(weightBytes(target) < weightBytes(original()), "bytes " + weightBytes(target));
        for (String file : List.of("expected.json", "expected.safetensors")) {
            if (Files.notExists(target.resolve(file))) {
                Files.copy(original().resolve(file), target.resolve(file));
            }
        }
        Run verified = Run.glm("verify", "--weights", "q8", target.toString());
        assertEquals(0, verified.exitCode(), verified.out());
    }

    @Test
    void aFormatIsNeeded() throws URISyntaxException {
        Run run = Run.glm(
                "quantize", original().toString(), temporary.resolve("new").toString());
        assertEquals(GlmCommand.ERROR, run.exitCode());
        assertTrue(run.err().contains("--weights"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
