package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Decoding allocates nothing once it is warm. Each measurement has a JVM of its own, as a program has that runs one
 * model: what the other tests have run would change how the vector code is compiled. Even so the compiler, which works
 * beside the program, now and then inlines in an unlucky order and leaves some vectors as objects until it compiles again;
 * so a JVM that does not get there is followed by another. What our own code allocates shows in every one of them.
 */
class AllocationTest {
    @TempDir
    private Path folder;

    private static final int JVMS = 3;

    private long measure(String what, Path model, int threads, long enough, String... formats) throws IOException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < JVMS && least > enough; i++) {
            least = Math.min(least, measureOnce(what, model, threads, enough, formats));
        }
        return least;
    }

    private long measureOnce(String what, Path model, int threads, long enough, String... formats) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                ForkedJava.classPath(),
                AllocationMeter.class.getName(),
                what,
                model.toString(),
                Integer.toString(threads),
                Long.toString(enough)));
        arguments.addAll(List.of(formats));
        ForkedJava.Outcome outcome = ForkedJava.run(folder, arguments);
        assertEquals(0, outcome.exitCode(), outcome::toString);
        return Long.parseLong(outcome.output().getFirst());
    }

    /** Every format of weights and of keys and values; several sequences have their own way through the layers. */
    @ParameterizedTest
    @CsvSource({
        "sequence, F16, AS_STORED, Q8, 2",
        "sequence, BF16, AS_STORED, BF16, 2",
        "sequence, F16, Q8, F32, 2",
        "sequence, F32, AS_STORED, F32, 1",
        "sequence, F32, Q4, Q8, 1",
        "batch, BF16, AS_STORED, F32, 2",
        "batch, F16, Q8, BF16, 1",
        "batch, F32, Q4, Q8, 1"
    })
    void aDecodeStepAllocatesNothing(String what, DType dtype, String weights, String keyValues, int threads)
            throws IOException {
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3, 2, 128, 6, 2, 32, 250, 307, 1, 1e-5, true, true, dtype, 1);
        Path model = Files.createDirectory(folder.resolve("model"));
        RandomCheckpoint.write(model, shape, 3);
        assertEquals(0, measure(what, model, threads, 0, weights, keyValues));
    }

    /** Latent attention and a mixture of experts. */
    @Test
    void aDecodeStepThroughExpertsAllocatesNothing() throws IOException {
        Path model = GoldenCase.open("glm4_moe_lite_mla").folder();
        assertEquals(0, measure("batch", model, 2, 0, "AS_STORED", "F32"));
    }

    @Test
    void aDecodeStepOfTheDemoModelAllocatesNothing() throws IOException {
        assertEquals(0, measure("sequence", DemoModel.folder(), 2, 0, "AS_STORED", "F32"));
    }

    /** With a listener, a token costs the event with its text and a share of the result, whatever the model's size. */
    @Test
    void aGeneratedTokenCostsLittle() throws IOException {
        long most = 160L * AllocationMeter.STEPS;
        long bytes = measure("generate", DemoModel.folder(), 2, most);
        assertTrue(bytes <= most, () -> (double) bytes / AllocationMeter.STEPS + " bytes for each token");
    }
}
