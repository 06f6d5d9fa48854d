package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.reference.ForwardComparison;
import io.github.glmjava.reference.ForwardComparison.Difference;
import io.github.glmjava.reference.ReferenceModel;
import io.github.glmjava.tensor.KernelProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random architectures with random weights: at every stage the engine is as near to the reference in double precision as
 * float arithmetic allows. The build runs this class with the widest vectors, with narrower ones and with plain Java.
 */
class EngineMatchesReferenceTest {
    /** Of hidden states, whose root mean square is 0.5 to 4, and of logits, whose is 1 to 4. */
    private static final double TOLERANCE = 5e-5;

    private static final int LONGEST = 130;

    private static double worstHidden;
    private static double worstLogits;

    @TempDir
    private Path folder;

    static long[] seeds() {
        return new Random(7).longs(40, 0, 1000).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyStageIsTheReferences(long seed) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.write(folder, CheckpointShape.random(seed), seed);
        ReferenceModel reference = ReferenceModel.open(folder);
        Random random = new Random(seed);
        try (OpenNetwork network = OpenNetwork.open(folder, 1 + random.nextInt(2))) {
            for (int length : new int[] {1, 2 + random.nextInt(LONGEST - 2), LONGEST}) {
                int[] ids = checkpoint.randomIds(length, seed);
                EngineTrace actual = EngineTrace.of(network, network.sequence(1 + random.nextInt(LONGEST)), ids);
                ForwardComparison comparison = new ForwardComparison(reference.forward(ids));
                comparison.embeddings(actual.embeddings()).requireWithin(0);
                for (int layer = 0; layer < network.layers(); layer++) {
                    requireHidden(comparison.hidden(layer, actual.hidden(layer)));
                }
                requireHidden(comparison.finalNorm(actual.finalNorm()));
                Difference logits = comparison.logits(actual.logits());
                worstLogits = Math.max(worstLogits, logits.magnitude());
                logits.requireWithin(TOLERANCE);
            }
        }
    }

    private static void requireHidden(Difference difference) {
        worstHidden = Math.max(worstHidden, difference.magnitude());
        difference.requireWithin(TOLERANCE);
    }

    /** Otherwise the further runs of this class would be the first one again. */
    @Test
    void theKernelsAreThoseThatThePropertiesAskFor() {
        String description = KernelProvider.kernels().description();
        if (Boolean.getBoolean("glmjava.scalar")) {
            assertEquals("plain Java kernels", description);
        } else if (System.getProperty("glmjava.vectorBits") != null) {
            int asked = Integer.getInteger("glmjava.vectorBits", 0);
            assertEquals("Vector API, " + asked + " bits", description);
        } else {
            assertEquals("Vector API", description.substring(0, "Vector API".length()));
        }
    }

    @AfterAll
    static void report() {
        System.out.printf(
                Locale.ROOT,
                "%s: hidden states off by up to %.2g, logits by up to %.2g%n",
                KernelProvider.kernels().description(),
                worstHidden,
                worstLogits);
    }
}
