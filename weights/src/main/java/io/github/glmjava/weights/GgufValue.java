package io.github.glmjava.weights;

import org.jspecify.annotations.Nullable;

/** One value of a GGUF file's metadata. */
sealed interface GgufValue {
    /** The types of values. */
    enum Type {
        UINT8(0, 1),
        INT8(1, 1),
        UINT16(2, 2),
        INT16(3, 2),
        UINT32(4, 4),
        INT32(5, 4),
        FLOAT32(6, 4),
        BOOL(7, 1),
        STRING(8, 8),
        ARRAY(9, 12),
        UINT64(10, 8),
        INT64(11, 8),
        FLOAT64(12, 8);

        private final int number;
        private final int minimumBytes;

        Type(int number, int minimumBytes) {
            this.number = number;
            this.minimumBytes = minimumBytes;
        }

        /** The type with this number in files, or null. */
        static @Nullable Type of(int number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            return null;
        }

        /** The number in files. */
        int number() {
            return number;
        }

        /** Bytes of one value; of a string's or array's, if it is empty. */
        int minimumBytes() {
            return minimumBytes;
        }
    }

    /** A whole number; one of 64 bits without sign that does not fit is refused when it is read. */
    record Whole(long value) implements GgufValue {}

    /** A number with a fraction. */
    record Real(double value) implements GgufValue {}

    /** A truth value. */
    record Flag(boolean value) implements GgufValue {}

    /** A text. */
    record Text(String value) implements GgufValue {}

    /**
     * Many values, which stay in the file.
     *
     * @param type of each; not itself an array
     * @param position where the first begins
     */
    record Many(Type type, long count, long position) implements GgufValue {}
}
