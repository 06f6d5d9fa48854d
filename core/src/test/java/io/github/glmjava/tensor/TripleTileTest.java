package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tiles of three tokens in a number have the bits of those of shorts, also where these are what the processor prefers. */
class TripleTileTest {
    private static final short ONE = 0x3f80;

    @BeforeEach
    void vectorsOf512Bits() {
        assumeTrue(Lanes.MANY_REGISTERS, "triples are for vectors of 512 bits");
    }

    /** From two tiles of six triples and fewer on, with whole and broken triples left, and an odd number of groups. */
    @Test
    void bitsEqualThoseOfShorts() {
        Random random = new Random(21);
        for (int[] shape : new int[][] {{70, 96}, {32, 64}, {129, 330}}) {
            MemorySegment data = weights(shape[0], shape[1], random);
            for (int tokens : new int[] {64, 65, 72, 78, 83, 90, 91}) {
                compare(data, shape, MatrixTest.gaussians(random, tokens * shape[1]), tokens);
            }
        }
    }

    /** All weights -8 and all activations of one magnitude: the largest sums that there are, next to each other. */
    @Test
    void theLargestSumsKeepToTheirBits() {
        int[] shape = {64, 64};
        MemorySegment data = weights(shape[0], shape[1], null);
        float[] input = new float[66 * shape[1]];
        for (int i = 0; i < input.length; i++) {
            input[i] = i / shape[1] % 3 == 1 ? -3 : 3;
        }
        float[] output = compare(data, shape, input, 66);
        for (int token = 0; token < 66; token++) {
            float expected = token % 3 == 1 ? 8 * 3 * 64 : -8 * 3 * 64;
            assertEquals(expected, output[token * shape[0] + 5], 1e-2);
        }
    }

    @Test
    void whatIsNotANumberSpoilsItsOwnTokenOnly() {
        Random random = new Random(22);
        int[] shape = {40, 96};
        MemorySegment data = weights(shape[0], shape[1], random);
        float[] input = MatrixTest.gaussians(random, 66 * shape[1]);
        float[] expected = multiply(new TripleQ4Matrix(data, shape[0], shape[1]), input, 66);
        input[7 * shape[1] + 40] = Float.NaN;
        input[12 * shape[1] + 3] = Float.POSITIVE_INFINITY;
        float[] output = multiply(new TripleQ4Matrix(data, shape[0], shape[1]), input, 66);
        for (int i = 0; i < output.length; i++) {
            int token = i / shape[0];
            if (token == 7 || token == 12) {
                assertFalse(Float.isFinite(output[i]));
            } else {
                assertEquals(Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(output[i]));
            }
        }
    }

    /** Each way of multiplying makes its own room, whichever comes first. */
    @Test
    void tokensMayBeManyAndThenFew() {
        Random random = new Random(23);
        Matrix matrix = new TripleQ4Matrix(weights(64, 96, random), 64, 96);
        try (WorkerTeam team = new WorkerTeam(1)) {
            MatrixMultiplication one = new MatrixMultiplication(team);
            float[] input = MatrixTest.gaussians(random, 80 * 96);
            float[] output = new float[80 * 64];
            one.multiply(matrix, input, 80, output);
            for (int tokens : new int[] {1, 9, 80}) {
                float[] again = new float[tokens * 64];
                one.multiply(matrix, input, tokens, again);
                assertArrayEquals(MatrixTest.bits(Arrays.copyOf(output, again.length)), MatrixTest.bits(again));
            }
            assertTrue(output[17] != 0);
        }
    }

    private static float[] compare(MemorySegment data, int[] shape, float[] input, int tokens) {
        float[] expected = multiply(new ShortQ4Matrix(data, shape[0], shape[1]), input, tokens);
        float[] output = multiply(new TripleQ4Matrix(data, shape[0], shape[1]), input, tokens);
        assertArrayEquals(MatrixTest.bits(expected), MatrixTest.bits(output));
        return output;
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens) {
        try (WorkerTeam team = new WorkerTeam(2)) {
            float[] output = new float[tokens * matrix.rows()];
            new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
            return output;
        }
    }

    /** Random weights and scales, or without a source of randomness -8 and 1. */
    private static MemorySegment weights(int rows, int columns, @Nullable Random random) {
        MemorySegment data = Arena.ofAuto().allocate(MatrixFormat.Q4.bytes(rows, columns), 64);
        if (random != null) {
            byte[] bytes = new byte[(int) data.byteSize()];
            random.nextBytes(bytes);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, 0, bytes.length);
        }
        BlockLayout layout = BlockLayout.of(MatrixFormat.Q4, columns);
        for (int row = 0; row < rows; row += layout.rows()) {
            for (int group = 0; group < layout.groups(); group++) {
                for (int i = 0; i < layout.rows(); i++) {
                    short scale = random == null ? ONE : (short) (ONE - random.nextInt(0x300));
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, layout.scaleOffset(row, group) + 2L * i, scale);
                }
            }
        }
        return data;
    }
}
