package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random blocks against the formulas written once more, element by element and in double precision. */
class BlockedValuesTest {
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = "Q.*")
    void elementsAreWhatTheFormatSays(DType type) throws CheckpointException {
        Random random = new Random(type.bytes());
        int blocks = 50;
        byte[] bytes = new byte[blocks * type.bytes()];
        random.nextBytes(bytes);
        for (int block = 0; block < blocks; block++) {
            // Scales that are finite and not tiny.
            for (int at : type == DType.Q6_K ? new int[] {208} : new int[] {0, 2}) {
                short half = Float.floatToFloat16((float) random.nextGaussian());
                if (at == 0
                        || type == DType.Q6_K
                        || type.name().endsWith("_1")
                        || type.name().endsWith("_K")) {
                    bytes[block * type.bytes() + at] = (byte) half;
                    bytes[block * type.bytes() + at + 1] = (byte) (half >> 8);
                }
            }
        }
        long columns = (long) blocks / 2 * type.blockElements();
        StoredTensor tensor =
                new StoredTensor("t", type, List.of(2L, columns), MemorySegment.ofArray(bytes), RawGguf.PATH);
        assertEquals(2 * columns, tensor.elements());
        float[] floats = tensor.toFloats();
        for (int i = 0; i < floats.length; i++) {
            int block = i / type.blockElements() * type.bytes();
            double expected = element(type, bytes, block, i % type.blockElements());
            assertEquals(expected, floats[i], 1e-5 * (1 + Math.abs(expected)) * 4, type + " element " + i);
        }
    }

    private static double element(DType type, byte[] b, int at, int i) {
        return switch (type) {
            case Q4_0 -> half(b, at) * (nibble(b, at + 2, i) - 8);
            case Q4_1 -> half(b, at) * nibble(b, at + 4, i) + half(b, at + 2);
            case Q5_0 -> half(b, at) * (nibble(b, at + 6, i) + 16 * bit(b, at + 2, i) - 16);
            case Q5_1 -> half(b, at) * (nibble(b, at + 8, i) + 16 * bit(b, at + 4, i)) + half(b, at + 2);
            case Q8_0 -> half(b, at) * b[at + 2 + i];
            case Q4_K -> {
                int q = (b[at + 16 + i / 64 * 32 + i % 32] & 255) / (i % 64 < 32 ? 1 : 16) % 16;
                yield half(b, at) * six(b, at + 4, i / 32) * q - half(b, at + 2) * six(b, at + 4, 8 + i / 32);
            }
            case Q5_K -> {
                int q = (b[at + 48 + i / 64 * 32 + i % 32] & 255) / (i % 64 < 32 ? 1 : 16) % 16;
                q += 16 * ((b[at + 16 + i % 32] >> (i / 32)) & 1);
                yield half(b, at) * six(b, at + 4, i / 32) * q - half(b, at + 2) * six(b, at + 4, 8 + i / 32);
            }
            case Q6_K -> {
                int low = (b[at + i / 128 * 64 + i % 64] & 255) / (i % 128 < 64 ? 1 : 16) % 16;
                int high = ((b[at + 128 + i / 128 * 32 + i % 32] & 255) >> (2 * (i % 128 / 32))) % 4;
                yield half(b, at + 208) * b[at + 192 + i / 16] * (low + 16 * high - 32);
            }
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    /** The i-th of 8 scales and 8 minima of 6 bits in 12 bytes. */
    private static int six(byte[] b, int at, int i) {
        int group = i % 8;
        if (group < 4) {
            return b[at + (i < 8 ? 0 : 4) + group] & 63;
        }
        int low = (b[at + 4 + group] & 255) / (i < 8 ? 1 : 16) % 16;
        int high = (b[at + (i < 8 ? 0 : 4) + group - 4] & 255) / 64;
        return low + 16 * high;
    }

    private static int nibble(byte[] b, int at, int i) {
        return (b[at + i % 16] & 255) / (i < 16 ? 1 : 16) % 16;
    }

    private static int bit(byte[] b, int at, int i) {
        return (b[at + i / 8] >> (i % 8)) & 1;
    }

    private static double half(byte[] b, int at) {
        return Float.float16ToFloat((short) ((b[at] & 255) | b[at + 1] << 8));
    }

    @Test
    void blockedTypesAreNoneOfSafetensors() {
        assertThrows(
                IllegalArgumentException.class,
                () -> TensorSource.of("t", DType.Q8_0, List.of(32L), MemorySegment.ofArray(new byte[34])));
        assertThrows(IllegalArgumentException.class, () -> DType.Q8_0.byteSize(List.of(32L, 31L)));
        assertThrows(IllegalArgumentException.class, () -> DType.Q8_0.byteSize(List.of()));
        assertEquals(68, DType.Q8_0.byteSize(List.of(2L, 32L)));
    }
}
