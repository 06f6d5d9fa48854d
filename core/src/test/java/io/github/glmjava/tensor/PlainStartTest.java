package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlainStartTest {
    @ParameterizedTest
    @EnumSource(
            value = MatrixFormat.class,
            names = {"F32", "F16", "BF16", "I8", "I4"})
    void plainJavaHasTheBitsOfTheVectors(MatrixFormat format) {
        Random random = new Random(7);
        for (int[] shape : new int[][] {{5, 32}, {37, 96}, {64, 192}, {9, 78}, {70, 1030}}) {
            for (int tokens : new int[] {1, 3, 17}) {
                try (Arena arena = Arena.ofConfined()) {
                    Matrix matrix = new VectorKernels()
                            .matrix(format, weights(arena, format, shape, random), shape[0], shape[1]);
                    float[] input = new float[tokens * shape[1]];
                    for (int i = 0; i < input.length; i++) {
                        input[i] = (float) random.nextGaussian();
                    }
                    assertArrayEquals(product(matrix, input, tokens, false), product(matrix, input, tokens, true));
                }
            }
        }
    }

    /** Most tests run without time for it; one run of these tests has much. */
    @Test
    void decidesHowSmallProductsAreComputed() {
        Activations arranged = new Activations();
        try (Arena arena = Arena.ofConfined()) {
            new VectorKernels()
                    .matrix(MatrixFormat.F32, arena.allocate(4L * 8 * 8), 8, 8)
                    .reserve(1, arranged);
        }
        assertEquals(Integer.getInteger("glmjava.plainStart", 1) > 0, arranged.plain);
    }

    private static MemorySegment weights(Arena arena, MatrixFormat format, int[] shape, Random random) {
        MemorySegment data = arena.allocate(format.bytes(shape[0], shape[1]), 64);
        for (long i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        int bytes = format.bits() / Byte.SIZE;
        if (format == MatrixFormat.F32 || format == MatrixFormat.F16 || format == MatrixFormat.BF16) {
            for (long last = bytes - 1L; last < data.byteSize(); last += bytes) {
                // Exponents of moderate numbers, any signs and mantissas.
                data.set(ValueLayout.JAVA_BYTE, last, (byte) ((random.nextInt() & 0x80) | 0x3c));
            }
        }
        return data;
    }

    private static int[] product(Matrix matrix, float[] input, int tokens, boolean plain) {
        Activations arranged = new Activations();
        matrix.reserve(tokens, arranged);
        arranged.plain = plain;
        matrix.arrange(input, tokens, arranged, 0, tokens);
        float[] output = new float[tokens * matrix.rows()];
        matrix.multiply(arranged, tokens, output, 0, matrix.rows(), new WorkerScratch(), 0, matrix.rows());
        int[] bits = new int[output.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(output[i]);
        }
        return bits;
    }

    @Test
    void endsWhenItsTimeIsUsedUp() {
        PlainStart start = new PlainStart(1000);
        assertTrue(start.takes(1, 64, 64));
        start.used(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(500));
        assertTrue(start.takes(1, 64, 64), "a part of the time is left");
        start.used(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(501));
        assertFalse(start.takes(1, 64, 64));
    }

    @ParameterizedTest
    @CsvSource({
        "2, 8192, 8192", // twice as many multiply-adds as are taken
        "1, 2147483647, 2147483647",
        "2147483647, 64, 64",
    })
    void endsWithTheFirstProductThatIsTooLarge(int tokens, int rows, int columns) {
        PlainStart start = new PlainStart(1000);
        assertTrue(start.takes(1, 8192, 8192));
        assertFalse(start.takes(tokens, rows, columns));
        assertFalse(start.takes(1, 64, 64));
    }

    @Test
    void takesNothingWithoutTime() {
        assertFalse(new PlainStart(0).takes(1, 1, 1));
    }
}
