package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format under both kernels against products in double precision, and the promise of equal bits. */
class MatrixTest {
    private static final int[][] SHAPES = {{1, 1}, {3, 5}, {4, 32}, {7, 33}, {16, 64}, {21, 100}, {33, 96}, {50, 257}};

    static Stream<Arguments> formats() {
        return Stream.of(MatrixFormat.F32, MatrixFormat.F16, MatrixFormat.BF16)
                .flatMap(format -> Stream.of(new ScalarKernels(), KernelProvider.kernels())
                        .map(kernels -> Arguments.of(format, kernels)));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void productsEqualThoseInDoublePrecision(MatrixFormat format, Kernels kernels) {
        Random random = new Random(1);
        for (int[] shape : SHAPES) {
            for (int tokens : new int[] {1, 2, 3, 4, 5, 9}) {
                try (Arena arena = Arena.ofConfined();
                        WorkerTeam team = new WorkerTeam(1)) {
                    float[] stored = new float[shape[0] * shape[1]];
                    MemorySegment data = randomWeights(arena, format, stored, random);
                    Matrix matrix = kernels.matrix(format, data, shape[0], shape[1]);
                    float[] input = gaussians(random, tokens * shape[1]);
                    float[] output = multiply(matrix, input, tokens, team);
                    for (int token = 0; token < tokens; token++) {
                        for (int row = 0; row < shape[0]; row++) {
                            double expected = 0;
                            for (int i = 0; i < shape[1]; i++) {
                                expected += (double) stored[row * shape[1] + i] * input[token * shape[1] + i];
                            }
                            assertEquals(expected, output[token * shape[0] + row], 1e-4);
                        }
                    }
                }
            }
        }
    }

    /** 13 and 17 leave one and five tokens behind the last whole tile of six. */
    @ParameterizedTest
    @MethodSource("formats")
    void bitsDoNotDependOnTokensAtATimeOrThreads(MatrixFormat format, Kernels kernels) {
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 13);
        bitsDoNotDependOnTokensAtATimeOrThreads(format, kernels, 17);
    }

    private static void bitsDoNotDependOnTokensAtATimeOrThreads(MatrixFormat format, Kernels kernels, int tokens) {
        Random random = new Random(2);
        for (int[] shape : new int[][] {{37, 96}, {64, 192}, {130, 77}, {40, 4201}}) {
            try (Arena arena = Arena.ofShared()) {
                float[] stored = new float[shape[0] * shape[1]];
                Matrix matrix =
                        kernels.matrix(format, randomWeights(arena, format, stored, random), shape[0], shape[1]);
                float[] input = gaussians(random, tokens * shape[1]);
                float[] expected = new float[tokens * shape[0]];
                try (WorkerTeam alone = new WorkerTeam(1)) {
                    for (int token = 0; token < tokens; token++) {
                        float[] one = new float[shape[1]];
                        System.arraycopy(input, token * shape[1], one, 0, shape[1]);
                        float[] product = multiply(matrix, one, 1, alone);
                        System.arraycopy(product, 0, expected, token * shape[0], shape[0]);
                    }
                }
                for (int threads = 1; threads <= 3; threads++) {
                    try (WorkerTeam team = new WorkerTeam(threads)) {
                        assertArrayEquals(bits(expected), bits(multiply(matrix, input, tokens, team)));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void readsEveryBitPatternExactly(MatrixFormat format, Kernels kernels) {
        int columns = 1 << 10;
        int rows = 1 << 6;
        try (Arena arena = Arena.ofConfined();
                WorkerTeam team = new WorkerTeam(1)) {
            MemorySegment data = arena.allocate(format.bytes(rows, columns), 1);
            for (int i = 0; i < rows * columns; i++) {
                if (format == MatrixFormat.F32) {
                    data.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, i * 0x9E3779B1);
                } else {
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) i);
                }
            }
            Matrix matrix = kernels.matrix(format, data, rows, columns);
            float[] row = new float[columns];
            float[] unit = new float[2 * columns];
            for (int column : new int[] {0, 1, 31, 511, 1023}) {
                // Two tokens that each pick one column: the product is the weight itself.
                unit[column] = 1;
                unit[columns + column] = 1;
                float[] picked = multiply(matrix, unit, 2, team);
                for (int r = 0; r < rows; r++) {
                    matrix.readRow(r, row, 0);
                    assertEquals(reference(format, data, r * columns + column), row[column]);
                    if (Float.isFinite(row[column]) && allFinite(row)) {
                        assertEquals(row[column] + 0f, picked[r] + 0f);
                    }
                }
                unit[column] = 0;
                unit[columns + column] = 0;
            }
        }
    }

    private static boolean allFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static float reference(MatrixFormat format, MemorySegment data, int element) {
        return switch (format) {
            case F32 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * element);
            case F16 -> Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * element));
            case BF16 -> Float.intBitsToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * element) << 16);
            default -> throw new IllegalArgumentException(format + " has no single elements");
        };
    }

    @ParameterizedTest
    @MethodSource("formats")
    void infinitiesAndNanComeThrough(MatrixFormat format, Kernels kernels) {
        // What VectorF16Matrix documents.
        assumeFalse(format == MatrixFormat.F16 && kernels instanceof VectorKernels);
        try (Arena arena = Arena.ofConfined();
                WorkerTeam team = new WorkerTeam(1)) {
            int columns = 64;
            MemorySegment data = arena.allocate(format.bytes(4, columns));
            store(data, format, 5, Float.POSITIVE_INFINITY);
            store(data, format, columns + 6, Float.NEGATIVE_INFINITY);
            store(data, format, 2 * columns + 7, Float.NaN);
            Matrix matrix = kernels.matrix(format, data, 4, columns);
            float[] ones = new float[columns];
            java.util.Arrays.fill(ones, 1);
            float[] sums = multiply(matrix, ones, 1, team);
            assertArrayEquals(new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0}, sums);
        }
    }

    @Test
    void refusesDataOfTheWrongSize() {
        MemorySegment data = MemorySegment.ofArray(new byte[24]);
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class, () -> KernelProvider.kernels().matrix(MatrixFormat.F16, data, 3, 5));
        assertEquals("a 3 x 5 F16 matrix takes 30 bytes, found 24", error.getMessage());
    }

    private static float[] multiply(Matrix matrix, float[] input, int tokens, WorkerTeam team) {
        float[] output = new float[tokens * matrix.rows()];
        new MatrixMultiplication(team).multiply(matrix, input, tokens, output);
        return output;
    }

    private static MemorySegment randomWeights(Arena arena, MatrixFormat format, float[] stored, Random random) {
        MemorySegment data = arena.allocate(format.bytes(1, stored.length));
        for (int i = 0; i < stored.length; i++) {
            store(data, format, i, (float) random.nextGaussian() / 8);
            stored[i] = reference(format, data, i);
        }
        return data;
    }

    static void store(MemorySegment data, MatrixFormat format, int element, float value) {
        switch (format) {
            case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * element, value);
            case F16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * element, Float.floatToFloat16(value));
            case BF16 ->
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * element, (short)
                        (Float.floatToRawIntBits(value) >>> 16));
            default -> throw new IllegalArgumentException(format + " has no single elements");
        }
    }

    static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
