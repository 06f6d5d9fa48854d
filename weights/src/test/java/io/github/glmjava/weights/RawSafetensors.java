package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/** Files made of bytes written by hand. */
final class RawSafetensors {
    static final Path PATH = Path.of("hand-made.safetensors");

    private RawSafetensors() {}

    /** A file with this header and this many bytes of data: 0, 1, 2 and so on. */
    static byte[] file(String header, int dataSize) {
        byte[] data = new byte[dataSize];
        for (int i = 0; i < dataSize; i++) {
            data[i] = (byte) i;
        }
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    static byte[] file(byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    /** A file that is nothing but a header length, and the bytes after it. */
    static byte[] withLength(long length, String rest) {
        byte[] bytes = rest.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(bytes)
                .array();
    }

    static FileContents view(byte[] file) throws CheckpointException {
        return SafetensorsFile.view(MemorySegment.ofArray(file), PATH);
    }

    static FileContents view(String header, int dataSize) throws CheckpointException {
        return view(file(header, dataSize));
    }

    /** The tensor of this name, which has to be there. */
    static StoredTensor tensor(FileContents file, String name) {
        return Objects.requireNonNull(file.tensors().get(name), name);
    }

    /** What a user reads when {@code opening} fails as it should. */
    static String rejection(Executable opening) {
        return message(Assertions.assertThrowsExactly(CheckpointException.class, opening));
    }

    /** The message, which has to be there. */
    static String message(CheckpointException e) {
        return Objects.requireNonNull(e.getMessage());
    }
}
