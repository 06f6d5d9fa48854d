package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A place in a GGUF file that moves on as things are read, and never beyond the end. */
final class GgufInput {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final Path path;
    private long position;

    GgufInput(MemorySegment file, Path path) {
        this(file, path, 0);
    }

    private GgufInput(MemorySegment file, Path path, long position) {
        this.file = file;
        this.path = path;
        this.position = position;
    }

    /** Another place in the same file. */
    GgufInput at(long newPosition) {
        return new GgufInput(file, path, newPosition);
    }

    long position() {
        return position;
    }

    /** Bytes that are left. */
    long left() {
        return file.byteSize() - position;
    }

    CheckpointException wrong(String problem) {
        return new CheckpointException(message(problem));
    }

    CheckpointException wrong(String problem, Exception cause) {
        return new CheckpointException(message(problem), cause);
    }

    private String message(String problem) {
        return path + ": at byte " + position + ": " + problem;
    }

    /** Moves on and returns where it was. */
    long skip(long bytes, String what) throws CheckpointException {
        if (bytes < 0 || bytes > left()) {
            throw wrong(what + " takes " + Long.toUnsignedString(bytes) + " bytes, but only " + left() + " are left");
        }
        long start = position;
        position += bytes;
        return start;
    }

    int unsignedByte(String what) throws CheckpointException {
        return file.get(ValueLayout.JAVA_BYTE, skip(1, what)) & 255;
    }

    short int16(String what) throws CheckpointException {
        return file.get(SHORT, skip(2, what));
    }

    int int32(String what) throws CheckpointException {
        return file.get(INT, skip(4, what));
    }

    long int64(String what) throws CheckpointException {
        return file.get(LONG, skip(8, what));
    }

    /** A number of things of which each takes at least so many of the bytes that are left. */
    long count(int minimumBytes, String what) throws CheckpointException {
        long count = int64(what);
        if (count < 0 || count > left() / minimumBytes) {
            throw wrong(what + " is " + Long.toUnsignedString(count) + ", more than the " + left()
                    + " bytes that are left can hold");
        }
        return count;
    }

    /** A length and as many bytes of UTF-8. */
    String string(int maxBytes, String what) throws CheckpointException {
        long length = count(1, "the length of " + what);
        if (length > maxBytes) {
            throw wrong(what + " has " + length + " bytes, expected at most " + maxBytes);
        }
        byte[] bytes = file.asSlice(skip(length, what), length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(what + " is not UTF-8", e);
        }
    }

    /** Moves on behind a string. */
    void skipString(String what) throws CheckpointException {
        skip(count(1, "the length of " + what), what);
    }
}
