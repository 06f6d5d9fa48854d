package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Row-major integers with a scale for each row, under both kernels. */
class IntegerMatrixTest {
    private static final int[][] SHAPES = {{1, 2}, {3, 6}, {4, 64}, {7, 130}, {21, 100}, {33, 256}, {50, 1026}};

    static Stream<Arguments> formats() {
        return Stream.of(MatrixFormat.I8, MatrixFormat.I4)
                .flatMap(format -> Stream.of(new ScalarKernels(), KernelProvider.kernels())
                        .map(kernels -> Arguments.of(format, kernels)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void rowsAndProductsEqualThoseInDoublePrecision(MatrixFormat format, Kernels kernels) {
        Random random = new Random(21);
        for (int[] shape : SHAPES) {
            RandomIntegers integers = new RandomIntegers(format, shape[0], shape[1], random);
            Matrix matrix = integers.matrix(kernels);
            float[] row = new float[shape[1]];
            for (int r = 0; r < shape[0]; r++) {
                matrix.readRow(r, row, 0);
                for (int column = 0; column < shape[1]; column++) {
                    assertEquals(integers.weight(r, column), row[column]);
                }
            }
            for (int tokens : new int[] {1, 2, 5, 9}) {
                float[] input = MatrixTest.gaussians(random, tokens * shape[1]);
                float[] output = multiply(matrix, input, tokens, 1);
                for (int token = 0; token < tokens; token++) {
                    for (int r = 0; r < shape[0]; r++) {
                        double expected = 0;
                        for (int i = 0; i < shape[1]; i++) {
                            expected += (double) integers.weight(r, i) * input[token * shape[1] + i];
                        }
                        assertEquals(expected, output[token * shape[0] + r], 1e-4);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void bitsDoNotDependOnTokensAtATimeOrThreads(MatrixFormat format, Kernels kernels) {
        Random random = new Random(22);
        for (int[] shape : new int[][] {{37, 256}, {64, 512}, {130, 78}}) {
            Matrix matrix = new RandomIntegers(format, shape[0], shape[1], random).matrix(kernels);
            int tokens = 13;
            float[] input = MatrixTest.gaussians(random, tokens * shape[1]);
            float[] expected = new float[tokens * shape[0]];
            for (int token = 0; token < tokens; token++) {
                float[] one = new float[shape[1]];
                System.arraycopy(input, token * shape[1], one, 0, shape[1]);
                System.arraycopy(multiply(matrix, one, 1, 1), 0, expected, token * shape[0], shape[0]);
            }
            for (int threads = 1; threads <= 3; threads++) {
                float[] product = multiply(matrix, input, tokens, threads);
                assertArrayEquals(MatrixTest.bits(expected), MatrixTest.bits(product));
            }
        }
    }

    @Test
    void refusesAnotherNumberOfScales() {
        Matrix integers = KernelProvider.kernels().matrix(MatrixFormat.I8, MemorySegment.ofArray(new byte[12]), 3, 4);
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> new RowScaledMatrix(integers, new float[4]));
        assertEquals("3 rows need as many scales, found 4", error.getMessage());
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens, int threads) {
        float[] output = new float[tokens * matrix.rows()];
        try (WorkerTeam team = new WorkerTeam(threads)) {
            new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
        }
        return output;
    }

    /** Every bit pattern is a weight. */
    private static final class RandomIntegers {
        private final MatrixFormat format;
        private final int rows;
        private final int columns;
        private final byte[] bytes;
        private final float[] scales;

        RandomIntegers(MatrixFormat format, int rows, int columns, Random random) {
            this.format = format;
            this.rows = rows;
            this.columns = columns;
            bytes = new byte[(int) format.bytes(rows, columns)];
            random.nextBytes(bytes);
            scales = new float[rows];
            for (int row = 0; row < rows; row++) {
                scales[row] = Float.float16ToFloat(Float.floatToFloat16((1 + random.nextFloat()) / 512));
            }
        }

        Matrix matrix(Kernels kernels) {
            Matrix integers = kernels.matrix(format, MemorySegment.ofArray(bytes), rows, columns);
            return new RowScaledMatrix(integers, scales);
        }

        float weight(int row, int column) {
            if (format == MatrixFormat.I8) {
                return bytes[row * columns + column] * scales[row];
            }
            int pair = bytes[(row * columns + column) / 2] & 255;
            int half = column % 2 == 0 ? pair / 16 : pair % 16;
            return (half < 8 ? half : half - 16) * scales[row];
        }
    }
}
