package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.glmjava.fixture.BlankFillingCheckpoint;
import io.github.glmjava.fixture.NativeCheckpoint;
import io.github.glmjava.fixture.OriginalGlmCheckpoint;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.reference.ForwardComparison;
import io.github.glmjava.reference.ReferenceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Families with an architecture of their own, of random sizes: every stage is the reference's, and logits have the same
 * bits however tokens are fed.
 */
class FamiliesMatchReferenceTest {
    /** A stream that is carried on eight times as large has errors that are as much larger. */
    private static final double TOLERANCE = 1e-4;

    /** Embeddings are copied, or three are added. */
    private static final double EMBEDDING_TOLERANCE = 1e-6;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"glm, 6", "glm4, 5", "glm4_moe, 9", "glm4_moe_lite, 9"})
    void nativeLayouts(String modelType, int models) throws IOException {
        for (long seed = 0; seed < models; seed++) {
            Path model = Files.createDirectory(folder.resolve(modelType + seed));
            int vocabulary = NativeCheckpoint.write(model, modelType, seed);
            int[] ids = new Random(seed).ints(40, 0, vocabulary).toArray();
            compare(model, ids, seed);
        }
    }

    /** A text with masks before the start token, and some tokens that fill the blank. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void textAroundABlank(long seed) throws IOException {
        BlankFillingCheckpoint checkpoint = BlankFillingCheckpoint.write(folder, seed);
        Random random = new Random(seed);
        int text = 2 + random.nextInt(150);
        int[] ids = random.ints(text + 10, 0, checkpoint.ordinary()).toArray();
        ids[random.nextInt(text)] = checkpoint.mask();
        if (random.nextBoolean()) {
            ids[random.nextInt(text)] = checkpoint.globalMask();
        }
        ids[text] = checkpoint.start();
        compare(folder, ids, seed);
    }

    /** A text with several masks, and the fillings of one after the other; now and then more than there are masks. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void textAroundSeveralBlanks(long seed) throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, seed);
        Random random = new Random(seed);
        int text = 4 + random.nextInt(120);
        int[] ids = random.ints(text + 30, 0, checkpoint.ordinary()).toArray();
        for (String mask : List.of("[MASK]", "[sMASK]", "[gMASK]")) {
            ids[random.nextInt(text)] = checkpoint.id(mask);
        }
        ids[text] = checkpoint.id("<|startofpiece|>");
        for (int blank = random.nextInt(4); blank > 0; blank--) {
            ids[text + random.nextInt(30)] = checkpoint.id("<|startofpiece|>");
        }
        compare(folder, ids, seed);
    }

    private static void compare(Path model, int[] ids, long seed) throws IOException {
        ForwardComparison comparison =
                new ForwardComparison(ReferenceModel.open(model).forward(ids));
        Random random = new Random(seed);
        try (OpenNetwork network = OpenNetwork.open(model, 2)) {
            EngineTrace trace = EngineTrace.of(network, network.sequence(1 + random.nextInt(30)), ids);
            comparison.embeddings(trace.embeddings()).requireWithin(EMBEDDING_TOLERANCE);
            for (int layer = 0; layer < network.layers(); layer++) {
                comparison.hidden(layer, trace.hidden(layer)).requireWithin(TOLERANCE);
            }
            comparison.finalNorm(trace.finalNorm()).requireWithin(TOLERANCE);
            comparison.logits(trace.logits()).requireWithin(TOLERANCE);
            requireSameBits(network, ids, trace.logits()[ids.length - 1], random);
        }
    }

    /** Fed in random parts, with detours that are cut off again. */
    private static void requireSameBits(OpenNetwork network, int[] ids, float[] expected, Random random) {
        NetworkSequence sequence = network.sequence(1 + random.nextInt(30));
        int fed = 0;
        while (fed < ids.length) {
            int to = fed + 1 + random.nextInt(ids.length - fed);
            sequence.append(ids, fed, to);
            sequence.logits();
            fed = to - random.nextInt(2) * random.nextInt(to + 1) / 2;
            sequence.truncate(fed);
        }
        if (sequence.length() == ids.length) {
            sequence.truncate(ids.length - 1);
            sequence.append(ids, ids.length - 1, ids.length);
        }
        assertArrayEquals(expected, sequence.logits());
    }
}
