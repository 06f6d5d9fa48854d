package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles of two tokens in a number have the bits of those that are streamed one by one. */
class PairTileTest {
    private static final short ONE = 0x3f80;

    /** Few and many tokens, whole and broken tiles and pairs, and an odd number of groups, the last of which is broken. */
    @Test
    void bitsEqualThoseOfStreamedTokens() {
        Random random = new Random(21);
        for (int[] shape : new int[][] {{70, 96}, {32, 64}, {129, 330}}) {
            Matrix matrix = new VectorQ4Matrix(weights(shape[0], shape[1], random), shape[0], shape[1]);
            for (int tokens : new int[] {3, 4, 7, 8, 9, 16, 18, 31, 64, 65, 72, 78, 83, 90, 91}) {
                compare(matrix, MatrixTest.gaussians(random, tokens * shape[1]), tokens);
            }
        }
    }

    /** All weights -8 or 7 and all activations of one magnitude: the largest sums that there are, next to each other. */
    @ParameterizedTest
    @ValueSource(ints = {4, 7, 14, 66})
    void theLargestSumsAreTakenApart(int tokens) {
        float[] input = new float[tokens * 64];
        for (int i = 0; i < input.length; i++) {
            input[i] = i / 64 % 3 == 1 ? -3 : 3;
        }
        for (int weight : new int[] {-8, 7}) {
            MemorySegment data = weights(64, 64, null);
            fill(data, 64, 64, weight);
            float[] output = compare(new VectorQ4Matrix(data, 64, 64), input, tokens);
            for (int token = 0; token < tokens; token++) {
                float expected = weight * (token % 3 == 1 ? -3 : 3) * 64;
                // 345 / 32 is rounded to 11.
                assertEquals(expected * 11 * 32 / 345, output[token * 64 + 5], 1e-2);
            }
        }
    }

    /** Whatever the activations: each is within half a step, and all add up to no more than a float has room for. */
    @Test
    void magnitudesAddUpToTheReachAtMost() {
        Random random = new Random(24);
        Activations arranged = new Activations();
        arranged.integers(1);
        arranged.pairs(1);
        float[] input = new float[2 * BlockLayout.GROUP];
        int largest = 0;
        for (int i = 0; i < 20_000; i++) {
            float step = random.nextFloat();
            for (int k = 0; k < input.length; k++) {
                // Halves of a step are rounded up or down together.
                input[k] = i % 2 == 0 ? (float) random.nextGaussian() : (1 + random.nextInt(20) + 0.5f) * step;
            }
            WordFactors.make(input, 0, BlockLayout.GROUP, arranged, 0, 0);
            TokenPairs.make(input, 0, BlockLayout.GROUP, 2, BlockLayout.GROUP, arranged, 0);
            int sum = 0;
            int before = 0;
            for (int k = 0; k < BlockLayout.GROUP; k++) {
                int rounded = (short) arranged.integers[k] + (k % BlockLayout.WORD_COLUMNS == 0 ? 0 : 16 * before);
                double pair = arranged.floats[k] / 65536.0;
                assertEquals(rounded, pair - TokenPairs.DISTANCE * Math.rint(pair / TokenPairs.DISTANCE));
                double scale = 65536.0 * arranged.scales[0];
                assertEquals(input[k], rounded * scale, 0.5001 * scale);
                before = rounded;
                sum += Math.abs(rounded);
            }
            largest = Math.max(largest, sum);
        }
        assertTrue(largest <= GroupRounding.REACH && largest > GroupRounding.REACH - 20, "largest sum " + largest);
    }

    /** In tiles of many tokens and of few. */
    @ParameterizedTest
    @ValueSource(ints = {14, 66})
    void whatIsNotANumberSpoilsItsOwnTokenOnly(int tokens) {
        Random random = new Random(22);
        int[] shape = {40, 96};
        Matrix matrix = new VectorQ4Matrix(weights(shape[0], shape[1], random), shape[0], shape[1]);
        float[] input = MatrixTest.gaussians(random, tokens * shape[1]);
        float[] expected = multiply(matrix, input, tokens);
        input[7 * shape[1] + 40] = Float.NaN;
        input[12 * shape[1] + 3] = Float.POSITIVE_INFINITY;
        float[] output = multiply(matrix, input, tokens);
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
        Matrix matrix = new VectorQ4Matrix(weights(64, 96, random), 64, 96);
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

    /** Multiplies tokens together and each by itself. */
    private static float[] compare(Matrix matrix, float[] input, int tokens) {
        float[] output = multiply(matrix, input, tokens);
        for (int token = 0; token < tokens; token++) {
            float[] one = Arrays.copyOfRange(input, token * matrix.columns(), (token + 1) * matrix.columns());
            float[] part = Arrays.copyOfRange(output, token * matrix.rows(), (token + 1) * matrix.rows());
            assertArrayEquals(MatrixTest.bits(multiply(matrix, one, 1)), MatrixTest.bits(part));
        }
        return output;
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens) {
        try (WorkerTeam team = new WorkerTeam(2)) {
            float[] output = new float[tokens * matrix.rows()];
            new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
            return output;
        }
    }

    /** Makes all weights the same. */
    private static void fill(MemorySegment data, int rows, int columns, int weight) {
        BlockLayout layout = BlockLayout.of(MatrixFormat.Q4, columns);
        for (int row = 0; row < rows; row += layout.rows()) {
            long elements = layout.elementOffset(row, 0);
            data.asSlice(elements, layout.scaleOffset(row, 0) - elements).fill((byte) ((weight + 8) * 0x11));
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
