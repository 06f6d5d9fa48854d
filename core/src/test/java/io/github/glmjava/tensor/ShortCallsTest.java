package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls are short at first and then whole, and no bit tells which. */
class ShortCallsTest {
    private static final int ROWS = 256;
    private static final int COLUMNS = 11 * BlockLayout.GROUP - 7;

    @Test
    void callsAreShortAtFirst() {
        ShortCalls calls = new ShortCalls();
        assertEquals(1, calls.groups(64));
        for (int i = 1; i < ShortCalls.CALLS; i++) {
            calls.groups(64);
        }
        assertEquals(64, calls.groups(64));
    }

    /** Among them rows that begin with short calls and end with a long one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 15})
    void bitsAreThoseOfWholeCalls(int tokens) {
        Random random = new Random(tokens);
        try (Arena arena = Arena.ofShared();
                WorkerTeam team = new WorkerTeam(1)) {
            MemorySegment floats = arena.allocate(MatrixFormat.F32.bytes(ROWS, COLUMNS), 64);
            float[] weights = MatrixTest.gaussians(random, ROWS * COLUMNS);
            MemorySegment.copy(MemorySegment.ofArray(weights), 0, floats, 0, floats.byteSize());
            MemorySegment data = arena.allocate(MatrixFormat.Q4.bytes(ROWS, COLUMNS), 64);
            Matrix source = KernelProvider.kernels().matrix(MatrixFormat.F32, floats, ROWS, COLUMNS);
            Quantizer.quantize(source, MatrixFormat.Q4, data, team);
            Matrix matrix = KernelProvider.kernels().matrix(MatrixFormat.Q4, data, ROWS, COLUMNS);
            ShortCalls calls = tokens == 1 ? WordStream.SHORT_CALLS : WordTile.shortCalls(tokens);
            float[] input = MatrixTest.gaussians(random, tokens * COLUMNS);
            MatrixMultiplication multiplication = new MatrixMultiplication(team);
            float[] whole = new float[tokens * ROWS];
            calls.left = 0;
            multiplication.multiply(matrix, input, tokens, whole);
            float[] some = new float[whole.length];
            for (int left = 1; left < 30; left++) {
                calls.left = left;
                multiplication.multiply(matrix, input, tokens, some);
                assertArrayEquals(MatrixTest.bits(whole), MatrixTest.bits(some));
                // More tokens go through other tiles, or through panels, where vectors are shorter.
                assertTrue(tokens > 3 || calls.left < left);
            }
        }
    }
}
