package io.github.glmjava.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Element types of stored tensors. All multi-byte types are little-endian. The plain ones are named as in safetensors
 * headers; those whose elements come in blocks, with scales, as in GGUF files.
 */
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1),
    Q4_0(18, 32),
    Q4_1(20, 32),
    Q5_0(22, 32),
    Q5_1(24, 32),
    Q8_0(34, 32),
    Q4_K(144, 256),
    Q5_K(176, 256),
    Q6_K(210, 256);

    private static final Map<String, DType> PLAIN_BY_NAME = Arrays.stream(values())
            .filter(type -> !type.isBlocked())
            .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final int bytes;
    private final int blockElements;

    DType(int bytes) {
        this(bytes, 1);
    }

    DType(int bytes, int blockElements) {
        this.bytes = bytes;
        this.blockElements = blockElements;
    }

    /** The size in bytes of one element, or of one block. */
    public int bytes() {
        return bytes;
    }

    /** Elements of a block along the innermost dimension; 1 for a plain type. */
    public int blockElements() {
        return blockElements;
    }

    /** Whether elements come in blocks. */
    public boolean isBlocked() {
        return blockElements > 1;
    }

    /**
     * The size in bytes of a tensor of this type.
     *
     * @param shape the dimensions, outermost first; empty for a scalar
     * @throws IllegalArgumentException if a dimension is negative, or the innermost is not a whole number of blocks
     * @throws ArithmeticException if the size does not fit a {@code long}
     */
    public long byteSize(List<Long> shape) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape " + shape + " has a negative dimension");
            }
            elements = Math.multiplyExact(elements, dimension);
        }
        if (isBlocked() && (shape.isEmpty() || shape.getLast() % blockElements != 0)) {
            throw new IllegalArgumentException(
                    "the last of the dimensions " + shape + " is not a multiple of the block size " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, bytes);
    }

    /** The type with this name in a safetensors header, or null. */
    static @Nullable DType named(String name) {
        return PLAIN_BY_NAME.get(name);
    }
}
