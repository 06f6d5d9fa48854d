package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes the bytes of GGUF files one by one, right or wrong. */
final class RawGguf {
    static final Path PATH = Path.of("test.gguf");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static RawGguf header(int version, long tensors, long entries) {
        return new RawGguf().int32(0x46554747).int32(version).int64(tensors).int64(entries);
    }

    RawGguf int8(int value) {
        bytes.write(value);
        return this;
    }

    RawGguf int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    RawGguf int64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    RawGguf string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int64(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    /** A key and the number of its value's type. */
    RawGguf key(String key, GgufValue.Type type) {
        return string(key).int32(type.number());
    }

    /** A tensor with the dimensions in the order of the file, innermost first. */
    RawGguf tensor(String name, int type, long offset, long... dimensions) {
        string(name).int32(dimensions.length);
        for (long dimension : dimensions) {
            int64(dimension);
        }
        return int32(type).int64(offset);
    }

    /** Zeros up to a multiple of the alignment, and then so many bytes that count up. */
    byte[] data(int alignment, int count) {
        while (bytes.size() % alignment != 0) {
            bytes.write(0);
        }
        for (int i = 0; i < count; i++) {
            bytes.write(i);
        }
        return bytes.toByteArray();
    }

    static GgufParser.Contents parse(byte[] file) throws CheckpointException {
        return GgufParser.parse(MemorySegment.ofArray(file), PATH);
    }
}
