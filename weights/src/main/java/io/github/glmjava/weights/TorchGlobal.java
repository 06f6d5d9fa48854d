package io.github.glmjava.weights;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Python names that a pickle may use, all of them: the types of storages, and what {@link TorchObjects} can call. A
 * name is looked up here and nowhere else.
 */
enum TorchGlobal implements PickleValue {
    ORDERED_DICT("collections", "OrderedDict", null),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor_v2", null),
    REBUILD_PARAMETER("torch._utils", "_rebuild_parameter", null),
    DOUBLE_STORAGE("torch", "DoubleStorage", DType.F64),
    FLOAT_STORAGE("torch", "FloatStorage", DType.F32),
    HALF_STORAGE("torch", "HalfStorage", DType.F16),
    BFLOAT16_STORAGE("torch", "BFloat16Storage", DType.BF16),
    LONG_STORAGE("torch", "LongStorage", DType.I64),
    INT_STORAGE("torch", "IntStorage", DType.I32),
    SHORT_STORAGE("torch", "ShortStorage", DType.I16),
    CHAR_STORAGE("torch", "CharStorage", DType.I8),
    BYTE_STORAGE("torch", "ByteStorage", DType.U8),
    BOOL_STORAGE("torch", "BoolStorage", DType.BOOL);

    private static final Map<String, TorchGlobal> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(TorchGlobal::qualified, Function.identity()));

    private final String module;
    private final String name;
    private final @Nullable DType elements;

    TorchGlobal(String module, String name, @Nullable DType elements) {
        this.module = module;
        this.name = name;
        this.elements = elements;
    }

    /** The global of this name, or null if it is not allowed. */
    static @Nullable TorchGlobal find(String module, String name) {
        // A module has no space in its name, so no two pairs look the same.
        return module.indexOf(' ') >= 0 ? null : BY_NAME.get(module + ' ' + name);
    }

    /** All of them, for messages. */
    static String listing() {
        return Arrays.stream(values()).map(TorchGlobal::qualified).collect(Collectors.joining(", "));
    }

    /** The element type if this is a type of storages, otherwise null. */
    @Nullable
    DType elements() {
        return elements;
    }

    private String qualified() {
        return module + ' ' + name;
    }

    @Override
    public String describe() {
        return "the global " + qualified();
    }
}
