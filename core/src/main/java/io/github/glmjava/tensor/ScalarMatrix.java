package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A matrix of any format, multiplied in plain Java: each row is unpacked once and used for all tokens. */
final class ScalarMatrix extends Matrix {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    ScalarMatrix(MatrixFormat format, MemorySegment data, int rows, int columns) {
        super(format, data, rows, columns);
    }

    @Override
    public void readRow(int row, float[] target, int offset) {
        if (format().isQuantized()) {
            BlockLayout.of(format(), columns()).readRow(data(), row, target, offset);
        } else {
            readRow(format(), data(), (long) row * columns(), columns(), target, offset);
        }
    }

    /** Unpacks {@code count} elements that begin at the given element of the data. */
    static void readRow(MatrixFormat format, MemorySegment data, long element, int count, float[] target, int offset) {
        long start = element * format.bits() / 8;
        switch (format) {
            case F32 -> MemorySegment.copy(data, FLOAT, start, target, offset, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.float16ToFloat(data.get(SHORT, start + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.intBitsToFloat(data.get(SHORT, start + 2L * i) << 16);
                }
            }
            case I8 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = data.get(ValueLayout.JAVA_BYTE, start + i);
                }
            }
            case I4 -> {
                for (int i = 0; i < count; i++) {
                    int pair = data.get(ValueLayout.JAVA_BYTE, (element + i) / 2);
                    target[offset + i] = (element + i) % 2 == 0 ? pair >> 4 : (pair << 28) >> 28;
                }
            }
            case Q8, Q4 -> throw new IllegalArgumentException(format + " is not stored row by row");
        }
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        arranged.floats(Math.multiplyExact(tokens, columns()));
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int first = from * columns();
        System.arraycopy(input, first, arranged.floats, first, (to - from) * columns());
    }

    @Override
    int rowGrain(int tokens) {
        return 1;
    }

    @Override
    void multiply(
            Activations arranged,
            int tokens,
            float[] output,
            int offset,
            int stride,
            WorkerScratch scratch,
            int from,
            int to) {
        float[] weights = scratch.floats(columns());
        for (int row = from; row < to; row++) {
            readRow(row, weights, 0);
            for (int token = 0; token < tokens; token++) {
                output[offset + token * stride + row] = dot(weights, arranged.floats, token * columns(), columns());
            }
        }
    }

    /** Four running sums, so that an addition need not wait for the one before it. */
    private static float dot(float[] weights, float[] activations, int offset, int count) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int whole = count & ~3;
        for (int i = 0; i < whole; i += 4) {
            sum0 += weights[i] * activations[offset + i];
            sum1 += weights[i + 1] * activations[offset + i + 1];
            sum2 += weights[i + 2] * activations[offset + i + 2];
            sum3 += weights[i + 3] * activations[offset + i + 3];
        }
        for (int i = whole; i < count; i++) {
            sum0 += weights[i] * activations[offset + i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
