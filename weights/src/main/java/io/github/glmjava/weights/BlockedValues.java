package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What the bytes of a block of quantised elements mean (ggml-org/llama.cpp, {@code ggml-common.h} and the functions
 * {@code dequantize_row_*} of {@code ggml-quants.c}). {@code d} and {@code m} are stored as F16.
 */
final class BlockedValues {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BlockedValues() {}

    /**
     * Unpacks one block.
     *
     * @param at where it begins
     * @param target receives {@code type.blockElements()} floats from {@code offset} on
     */
    static void read(DType type, MemorySegment data, long at, float[] target, int offset) {
        switch (type) {
            case Q4_0 -> halves(data, at + 2, 0, 8, half(data, at), 0, target, offset);
            case Q4_1 -> halves(data, at + 4, 0, 0, half(data, at), half(data, at + 2), target, offset);
            case Q5_0 -> halves(data, at + 6, data.get(INT, at + 2), 16, half(data, at), 0, target, offset);
            case Q5_1 ->
                halves(data, at + 8, data.get(INT, at + 4), 0, half(data, at), half(data, at + 2), target, offset);
            case Q8_0 -> {
                float d = half(data, at);
                for (int i = 0; i < 32; i++) {
                    target[offset + i] = d * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                }
            }
            case Q4_K -> pairsOfGroups(data, at, at + 16, -1, target, offset);
            case Q5_K -> pairsOfGroups(data, at, at + 48, at + 16, target, offset);
            case Q6_K -> quarters(data, at, target, offset);
            default -> throw new IllegalArgumentException(type + " does not come in blocks");
        }
    }

    /**
     * Unpacks one block of Q8_0 or Q4_0 without multiplying.
     *
     * @param values receives 32 integers
     * @return {@code d}
     */
    static float readIntegers(DType type, MemorySegment data, long at, int[] values) {
        for (int i = 0; i < 32; i++) {
            values[i] = switch (type) {
                case Q8_0 -> data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                case Q4_0 -> ((unsigned(data, at + 2 + i % 16) >>> (i / 16 * 4)) & 15) - 8;
                default -> throw new IllegalArgumentException(type + " is not an integer times a scale");
            };
        }
        return half(data, at);
    }

    /**
     * 16 bytes: element i in the lower half of byte i, element i + 16 in the upper. In Q5 bit i of {@code fifth} is on top
     * of element i. The element is {@code d (q - zero) + m}.
     */
    private static void halves(
            MemorySegment data, long at, int fifth, int zero, float d, float m, float[] target, int offset) {
        for (int i = 0; i < 16; i++) {
            int pair = unsigned(data, at + i);
            target[offset + i] = d * (((pair & 15) | ((fifth >>> i) & 1) << 4) - zero) + m;
            target[offset + i + 16] = d * (((pair >>> 4) | ((fifth >>> (i + 16)) & 1) << 4) - zero) + m;
        }
    }

    /**
     * 8 groups of 32 elements, each with a scale and a minimum of 6 bits: {@code d scale q - dmin minimum}. Two groups
     * share 32 bytes, the first in the lower halves. In Q5_K bit g of byte i of {@code fifths} is on top of element i of
     * group g.
     */
    private static void pairsOfGroups(
            MemorySegment data, long at, long fourths, long fifths, float[] target, int offset) {
        float d = half(data, at);
        float dmin = half(data, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scale(data, at + 4, group);
            float minimum = dmin * minimum(data, at + 4, group);
            long bytes = fourths + 32L * (group / 2);
            for (int i = 0; i < 32; i++) {
                int q = (unsigned(data, bytes + i) >>> (group % 2 * 4)) & 15;
                if (fifths >= 0) {
                    q |= ((unsigned(data, fifths + i) >>> group) & 1) << 4;
                }
                target[offset + group * 32 + i] = scale * q - minimum;
            }
        }
    }

    /** 12 bytes hold 8 scales and 8 minima: the first four of each have a byte's lower 6 bits, the others the rest. */
    private static int scale(MemorySegment data, long at, int group) {
        return group < 4
                ? unsigned(data, at + group) & 63
                : (unsigned(data, at + group + 4) & 15) | (unsigned(data, at + group - 4) >>> 6) << 4;
    }

    private static int minimum(MemorySegment data, long at, int group) {
        return group < 4
                ? unsigned(data, at + group + 4) & 63
                : (unsigned(data, at + group + 4) >>> 4) | (unsigned(data, at + group) >>> 6) << 4;
    }

    /**
     * Two halves of 128 elements, each of 4 runs of 32: the lower 4 bits of runs 0 and 1 in the lower halves of 64 bytes,
     * of runs 2 and 3 in the upper; the upper 2 bits of all runs in 32 bytes. A signed scale for every 16 elements.
     */
    private static void quarters(MemorySegment data, long at, float[] target, int offset) {
        float d = half(data, at + 208);
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int run = i % 128 / 32;
            int inRun = i % 32;
            int low = (unsigned(data, at + 64L * half + 32L * (run % 2) + inRun) >>> (run / 2 * 4)) & 15;
            int high = (unsigned(data, at + 128 + 32L * half + inRun) >>> (run * 2)) & 3;
            int scale = data.get(ValueLayout.JAVA_BYTE, at + 192 + i / 16);
            target[offset + i] = d * scale * ((low | (high << 4)) - 32);
        }
    }

    private static int unsigned(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_BYTE, at) & 255;
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }
}
