package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Contexts of several blocks, whose results are merged: a team that shares one token's context out by blocks, one that
 * shares tokens, and one thread alone compute the same bits, in every format of the cache.
 */
class LongContextTest {
    private static final int LENGTH = 1100;

    private static final int VOCABULARY = 97;

    @TempDir
    private Path folder;

    private int[] ids = {};

    @BeforeEach
    void write() throws IOException {
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3, 1, 48, 6, 2, 20, 40, VOCABULARY, 1, 1e-5, true, true, DType.F32, 1);
        ids = RandomCheckpoint.write(folder, shape, 21).randomIds(LENGTH, 4);
    }

    @ParameterizedTest
    @EnumSource
    void howWorkIsSplitDoesNotMatter(CacheFormat format) throws IOException {
        float[][] expected;
        try (OpenNetwork network = OpenNetwork.open(folder, 1, format)) {
            expected = network.sequence(256).appendForLogits(ids);
        }
        for (int threads = 2; threads <= 4; threads += 2) {
            try (OpenNetwork network = OpenNetwork.open(folder, threads, format)) {
                for (int chunk : new int[] {1, 5, 200}) {
                    assertArrayEquals(expected, network.sequence(chunk).appendForLogits(ids));
                }
                NetworkBatch batch = network.batch(100);
                NetworkSequence longer = batch.newSequence();
                NetworkSequence shorter = batch.newSequence();
                longer.append(ids, 0, 1020);
                shorter.append(ids, 0, 508);
                for (int step = 0; step < 8; step++) {
                    batch.step(List.of(longer, shorter), new int[] {ids[1020 + step], ids[508 + step]});
                    assertArrayEquals(expected[1020 + step], longer.logits());
                    assertArrayEquals(expected[508 + step], shorter.logits());
                }
            }
        }
    }

    /** The formats stand in for each other: logits of about 1 in magnitude differ by little. */
    @Test
    void formatsAgree() throws IOException {
        float[][] expected = {};
        for (CacheFormat format : CacheFormat.values()) {
            try (OpenNetwork network = OpenNetwork.open(folder, 2, format)) {
                float[][] logits = network.sequence(256).appendForLogits(ids);
                expected = format == CacheFormat.F32 ? logits : expected;
                for (int position = 0; position < LENGTH; position++) {
                    assertArrayEquals(expected[position], logits[position], 0.1f);
                }
            }
        }
        assertEquals(LENGTH, expected.length);
    }
}
