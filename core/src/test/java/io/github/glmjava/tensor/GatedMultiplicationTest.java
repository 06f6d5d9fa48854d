package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gates and ups in one go have the bits of a product of both, combined afterwards. */
class GatedMultiplicationTest {
    private static final int SIZE = 192;
    private static final int COLUMNS = 330;

    static Stream<Arguments> formats() {
        return Stream.of(
                        MatrixFormat.F32,
                        MatrixFormat.BF16,
                        MatrixFormat.F16,
                        MatrixFormat.I8,
                        MatrixFormat.Q8,
                        MatrixFormat.Q4)
                .flatMap(format -> Stream.of(new ScalarKernels(), KernelProvider.kernels())
                        .map(kernels -> Arguments.of(format, kernels)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void bitsEqualThoseOfAProductOfBoth(MatrixFormat format, Kernels kernels) {
        Random random = new Random(31);
        try (Arena arena = Arena.ofShared();
                WorkerTeam one = new WorkerTeam(1)) {
            Matrix both = random(arena, kernels, format, 2 * SIZE, random, one);
            Matrix gate = random(arena, kernels, format, SIZE, random, one);
            Matrix up = random(arena, kernels, format, SIZE, random, one);
            for (int tokens : new int[] {64, 71, 131}) {
                float[] input = MatrixTest.gaussians(random, tokens * COLUMNS);
                float[] gates = multiply(gate, input, tokens, one);
                float[] ups = multiply(up, input, tokens, one);
                float[] joined = new float[2 * gates.length];
                for (int token = 0; token < tokens; token++) {
                    System.arraycopy(gates, token * SIZE, joined, 2 * token * SIZE, SIZE);
                    System.arraycopy(ups, token * SIZE, joined, (2 * token + 1) * SIZE, SIZE);
                }
                int[] ofOne = MatrixTest.bits(activate(kernels, multiply(both, input, tokens, one), tokens));
                int[] ofTwo = MatrixTest.bits(activate(kernels, joined, tokens));
                for (int threads = 1; threads <= 3; threads++) {
                    try (WorkerTeam team = new WorkerTeam(threads)) {
                        GatedMultiplication multiplication =
                                new GatedMultiplication(new MatrixMultiplication(team), kernels);
                        float[] output = new float[tokens * SIZE];
                        assertTrue(multiplication.multiply(both, both, SIZE, input, tokens, output));
                        assertArrayEquals(ofOne, MatrixTest.bits(output));
                        assertTrue(multiplication.multiply(gate, up, SIZE, input, tokens, output));
                        assertArrayEquals(ofTwo, MatrixTest.bits(output));
                    }
                }
            }
        }
    }

    /** Between what other parts have there. */
    @ParameterizedTest
    @MethodSource("formats")
    void productsGoToAPartOfEachTokensFeatures(MatrixFormat format, Kernels kernels) {
        Random random = new Random(33);
        int rows = 70;
        int stride = rows + 9;
        try (Arena arena = Arena.ofShared();
                WorkerTeam team = new WorkerTeam(2)) {
            Matrix matrix = random(arena, kernels, format, rows, random, team);
            for (int tokens : new int[] {1, 5, 67}) {
                float[] input = MatrixTest.gaussians(random, tokens * COLUMNS);
                float[] product = multiply(matrix, input, tokens, team);
                float[] expected = MatrixTest.gaussians(random, tokens * stride);
                float[] output = expected.clone();
                for (int token = 0; token < tokens; token++) {
                    System.arraycopy(product, token * rows, expected, 4 + token * stride, rows);
                }
                new MatrixMultiplication(team).multiply(matrix, input, tokens, output, 4, stride);
                assertArrayEquals(MatrixTest.bits(expected), MatrixTest.bits(output));
            }
        }
    }

    /** Few tokens, parts of blocks of rows, and matrices that want their activations in different orders. */
    @Test
    void leavesTheRestToOthers() {
        Random random = new Random(32);
        Kernels kernels = KernelProvider.kernels();
        try (Arena arena = Arena.ofShared();
                WorkerTeam team = new WorkerTeam(1)) {
            Matrix gate = random(arena, kernels, MatrixFormat.Q4, SIZE, random, team);
            Matrix up = random(arena, kernels, MatrixFormat.Q8, SIZE, random, team);
            GatedMultiplication multiplication = new GatedMultiplication(new MatrixMultiplication(team), kernels);
            float[] input = MatrixTest.gaussians(random, 64 * COLUMNS);
            float[] output = new float[64 * SIZE];
            assertFalse(multiplication.multiply(gate, gate, SIZE, input, 63, output));
            assertFalse(multiplication.multiply(gate, up, SIZE, input, 64, output));
            if (kernels instanceof VectorKernels) {
                assertFalse(multiplication.multiply(gate, gate, SIZE / 2 - 1, input, 64, output));
            }
            assertTrue(multiplication.multiply(gate, gate, SIZE, input, 64, output));
        }
    }

    private static float[] activate(Kernels kernels, float[] joined, int tokens) {
        float[] output = new float[tokens * SIZE];
        for (int token = 0; token < tokens; token++) {
            kernels.swiGlu(joined, 2 * token * SIZE, SIZE, output, token * SIZE);
        }
        return output;
    }

    private static Matrix random(
            Arena arena, Kernels kernels, MatrixFormat format, int rows, Random random, WorkerTeam team) {
        float[] weights = MatrixTest.gaussians(random, rows * COLUMNS);
        if (format == MatrixFormat.I8) {
            byte[] integers = new byte[weights.length];
            random.nextBytes(integers);
            MemorySegment data = MemorySegment.ofArray(integers);
            MemorySegment stored = arena.allocate(integers.length, 64).copyFrom(data);
            return new RowScaledMatrix(
                    kernels.matrix(format, stored, rows, COLUMNS), MatrixTest.gaussians(random, rows));
        }
        MemorySegment floats = arena.allocate(MatrixFormat.F32.bytes(rows, COLUMNS), 64);
        MemorySegment.copy(MemorySegment.ofArray(weights), 0, floats, 0, floats.byteSize());
        Matrix source = kernels.matrix(MatrixFormat.F32, floats, rows, COLUMNS);
        MemorySegment data = arena.allocate(format.bytes(rows, COLUMNS), 64);
        if (format.isQuantized()) {
            Quantizer.quantize(source, format, data, team);
        } else {
            for (int i = 0; i < weights.length; i++) {
                MatrixTest.store(data, format, i, weights[i]);
            }
        }
        return kernels.matrix(format, data, rows, COLUMNS);
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens, WorkerTeam team) {
        float[] output = new float[tokens * matrix.rows()];
        new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
        return output;
    }
}
