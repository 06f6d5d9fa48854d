package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The integer formats: how close they are to what they store, and the promise of equal bits. */
class QuantizedMatrixTest {
    private static final int[][] SHAPES = {{1, 1}, {5, 31}, {32, 32}, {33, 64}, {64, 96}, {70, 1100}, {129, 2080}};

    static Stream<Arguments> formats() {
        return Stream.of(MatrixFormat.Q8, MatrixFormat.Q4)
                .flatMap(format -> Stream.of(new ScalarKernels(), KernelProvider.kernels())
                        .map(kernels -> Arguments.of(format, kernels)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void productsEqualThoseOfTheStoredWeights(MatrixFormat format, Kernels kernels) {
        Random random = new Random(11);
        for (int[] shape : SHAPES) {
            try (WorkerTeam team = new WorkerTeam(1)) {
                Matrix matrix = random(kernels, format, shape[0], shape[1], random, team);
                for (int tokens : new int[] {1, 2, 5, 9, 13}) {
                    float[] input = MatrixTest.gaussians(random, tokens * shape[1]);
                    float[] output = multiply(matrix, input, tokens, team);
                    compareWithDoubles(matrix, input, tokens, output, kernels instanceof VectorKernels);
                }
            }
        }
    }

    private static void compareWithDoubles(
            Matrix matrix, float[] input, int tokens, float[] output, boolean roundsActivations) {
        double[] activations = roundsActivations && matrix.format() == MatrixFormat.Q4
                ? rounded(input, matrix.columns())
                : IntStream.range(0, input.length).mapToDouble(i -> input[i]).toArray();
        float[] row = new float[matrix.columns()];
        for (int r = 0; r < matrix.rows(); r++) {
            matrix.readRow(r, row, 0);
            for (int token = 0; token < tokens; token++) {
                double expected = 0;
                for (int i = 0; i < row.length; i++) {
                    expected += row[i] * activations[token * row.length + i];
                }
                assertEquals(expected, output[token * matrix.rows() + r], 1e-4);
            }
        }
    }

    /** What the kernels of 4-bit weights take activations for; {@link PairTileTest} tells how close that is. */
    private static double[] rounded(float[] input, int columns) {
        double[] rounded = new double[input.length];
        for (int token = 0; token < input.length; token += columns) {
            for (int from = token; from < token + columns; from += BlockLayout.GROUP) {
                int count = Math.min(BlockLayout.GROUP, token + columns - from);
                float magnitude = GroupRounding.magnitude(input, from, count);
                for (int i = from; i < from + count; i++) {
                    double integer = Math.rint(input[i] * GroupRounding.factor(magnitude));
                    rounded[i] = integer * 65536 * GroupRounding.scale(magnitude);
                }
            }
        }
        return rounded;
    }

    /**
     * 27 and 11 leave three and five tokens behind the last whole tile of six, 11 and 7 some behind the tiles that stream. 35 are tiled
     * in Q8, more are in {@link PairTileTest}.
     */
    @ParameterizedTest
    @MethodSource("formats")
    void bitsDoNotDependOnTokensAtATimeOrThreads(MatrixFormat format, Kernels kernels) {
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 35);
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 27);
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 11);
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 7);
    }

    private static void bitsDoNotDependOnTokensAtATimeOrThreads(MatrixFormat format, Kernels kernels, int tokens) {
        Random random = new Random(12);
        for (int[] shape : new int[][] {{70, 96}, {200, 1100}, {33, 40}}) {
            try (WorkerTeam alone = new WorkerTeam(1)) {
                Matrix matrix = random(kernels, format, shape[0], shape[1], random, alone);
                float[] input = MatrixTest.gaussians(random, tokens * shape[1]);
                float[] expected = new float[tokens * shape[0]];
                for (int token = 0; token < tokens; token++) {
                    float[] one = new float[shape[1]];
                    System.arraycopy(input, token * shape[1], one, 0, shape[1]);
                    System.arraycopy(multiply(matrix, one, 1, alone), 0, expected, token * shape[0], shape[0]);
                }
                for (int threads = 1; threads <= 3; threads++) {
                    try (WorkerTeam team = new WorkerTeam(threads)) {
                        assertArrayEquals(
                                MatrixTest.bits(expected), MatrixTest.bits(multiply(matrix, input, tokens, team)));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8", "Q4"})
    void storedWeightsAreCloseToTheOriginal(MatrixFormat format) {
        try (WorkerTeam team = new WorkerTeam(2)) {
            int columns = 256;
            float[] weights = MatrixTest.gaussians(new Random(13), 40 * columns);
            Matrix source = floats(new ScalarKernels(), weights, 40, columns);
            Matrix matrix = quantize(new ScalarKernels(), source, format, team);
            double error = 0;
            double power = 0;
            float[] row = new float[columns];
            for (int r = 0; r < 40; r++) {
                matrix.readRow(r, row, 0);
                for (int i = 0; i < columns; i++) {
                    error += Math.pow(row[i] - weights[r * columns + i], 2);
                    power += Math.pow(weights[r * columns + i], 2);
                }
            }
            // A Gaussian in groups of 32: rounding to 127 or to 8 steps of the largest of 32, about 2.1 deviations.
            assertTrue(Math.sqrt(error / power) < (format == MatrixFormat.Q8 ? 0.006 : 0.085));
        }
    }

    @Test
    void exactIntegersSurvive() {
        try (WorkerTeam team = new WorkerTeam(1)) {
            float[] weights = new float[32 * 64];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (i % 16 - 8) * 0.25f;
            }
            Matrix source = floats(new ScalarKernels(), weights, 32, 64);
            for (MatrixFormat format : new MatrixFormat[] {MatrixFormat.Q8, MatrixFormat.Q4}) {
                float[] row = new float[64];
                Matrix matrix = quantize(KernelProvider.kernels(), source, format, team);
                matrix.readRow(17, row, 0);
                for (int i = 0; i < 64; i++) {
                    assertEquals(weights[17 * 64 + i], row[i], format == MatrixFormat.Q4 ? 0 : 0.01);
                }
            }
        }
    }

    @Test
    void refusesWhatCannotBeQuantized() {
        try (WorkerTeam team = new WorkerTeam(1)) {
            Matrix broken = floats(new ScalarKernels(), new float[] {1, Float.NaN}, 1, 2);
            assertThrows(
                    IllegalArgumentException.class, () -> quantize(new ScalarKernels(), broken, MatrixFormat.Q8, team));
            Matrix twice = quantize(
                    new ScalarKernels(), floats(new ScalarKernels(), new float[] {1}, 1, 1), MatrixFormat.Q4, team);
            assertThrows(
                    IllegalArgumentException.class, () -> quantize(new ScalarKernels(), twice, MatrixFormat.Q4, team));
        }
    }

    private static Matrix random(
            Kernels kernels, MatrixFormat format, int rows, int columns, Random random, WorkerTeam team) {
        float[] weights = MatrixTest.gaussians(random, rows * columns);
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= 8;
        }
        return quantize(kernels, floats(kernels, weights, rows, columns), format, team);
    }

    private static Matrix floats(Kernels kernels, float[] weights, int rows, int columns) {
        MemorySegment data = Arena.ofAuto().allocate(MatrixFormat.F32.bytes(rows, columns), 64);
        MemorySegment.copy(MemorySegment.ofArray(weights), 0, data, 0, data.byteSize());
        return kernels.matrix(MatrixFormat.F32, data, rows, columns);
    }

    private static Matrix quantize(Kernels kernels, Matrix source, MatrixFormat format, WorkerTeam team) {
        MemorySegment data = Arena.ofAuto().allocate(format.bytes(source.rows(), source.columns()), 64);
        Quantizer.quantize(source, format, data, team);
        return kernels.matrix(format, data, source.rows(), source.columns());
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens, WorkerTeam team) {
        float[] output = new float[tokens * matrix.rows()];
        new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
        return output;
    }
}
