package io.github.glmjava.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Element types of stored tensors, named as in safetensors headers. All multi-byte types are little-endian. */
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
    BOOL(1);

    private static final Map<String, DType> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /**
     * The size in bytes of a tensor of this type.
     *
     * @param shape the dimensions, outermost first; empty for a scalar
     * @throws IllegalArgumentException if a dimension is negative
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
        return Math.multiplyExact(elements, bytes);
    }

    /** The type with this name in a safetensors header, or null. */
    static @Nullable DType named(String name) {
        return BY_NAME.get(name);
    }
}
