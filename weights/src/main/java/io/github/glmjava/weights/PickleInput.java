package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of one pickle. Every read is checked against their end, and every length against it before memory is taken. */
final class PickleInput {
    /** Five times the pickle of a checkpoint with as many tensors as {@link Unpickler#MAX_OPERATIONS} allow. */
    static final int MAX_BYTES = 32 << 20;

    /** Names of tensors have some 80 bytes. */
    static final int MAX_TEXT_BYTES = 10_000;

    private static final int MAX_GLOBAL_BYTES = 1_000;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** The only big-endian number of a pickle. */
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment bytes;
    private final Path file;
    private final String what;
    private long position;

    /**
     * @param bytes begin with the pickle; what is after it is left alone
     * @param file for messages
     * @param what which pickle of the file this is, for messages
     */
    PickleInput(MemorySegment bytes, Path file, String what) {
        this.bytes = bytes.asSlice(0, Math.min(bytes.byteSize(), MAX_BYTES));
        this.file = file;
        this.what = what;
    }

    /** How many bytes have been read. */
    long position() {
        return position;
    }

    /** 0 to 255. */
    int unsignedByte() throws CheckpointException {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, advance(1)));
    }

    int unsignedShort() throws CheckpointException {
        return Short.toUnsignedInt(bytes.get(SHORT, advance(Short.BYTES)));
    }

    int signedInt() throws CheckpointException {
        return bytes.get(INT, advance(Integer.BYTES));
    }

    long unsignedInt() throws CheckpointException {
        return Integer.toUnsignedLong(signedInt());
    }

    long signedLong() throws CheckpointException {
        return bytes.get(LONG, advance(Long.BYTES));
    }

    double real() throws CheckpointException {
        return bytes.get(DOUBLE, advance(Double.BYTES));
    }

    /** A little-endian integer in two's complement; none of no bytes is 0. */
    BigInteger integer(int length) throws CheckpointException {
        byte[] bigEndian = new byte[length + 1];
        long start = advance(length);
        for (int i = 0; i < length; i++) {
            bigEndian[length - i] = bytes.get(ValueLayout.JAVA_BYTE, start + i);
        }
        bigEndian[0] = (byte) (length > 0 && bigEndian[1] < 0 ? -1 : 0);
        return new BigInteger(bigEndian);
    }

    /** UTF-8. */
    String text(long length) throws CheckpointException {
        if (length < 0 || length > MAX_TEXT_BYTES) {
            throw fault(
                    "has a string of " + Long.toUnsignedString(length) + " bytes, expected at most " + MAX_TEXT_BYTES);
        }
        long start = advance(length);
        ByteBuffer utf8 = ByteBuffer.wrap(bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(place(start) + "has a string that is not UTF-8", e);
        }
    }

    /** UTF-8 up to a line feed, which is read but not returned. */
    String line() throws CheckpointException {
        long limit = Math.min(bytes.byteSize(), position + MAX_GLOBAL_BYTES);
        for (long end = position; end < limit; end++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, end) == '\n') {
                String line = text(end - position);
                position++;
                return line;
            }
        }
        throw limit == bytes.byteSize()
                ? truncated(position)
                : fault("has the name of a global of more than " + MAX_GLOBAL_BYTES + " bytes");
    }

    /** @param count the number of bytes that have to follow */
    void requireRemaining(long count) throws CheckpointException {
        if (count < 0 || count > bytes.byteSize() - position) {
            throw truncated(position);
        }
    }

    private long advance(long count) throws CheckpointException {
        requireRemaining(count);
        long start = position;
        position += count;
        return start;
    }

    private CheckpointException truncated(long at) {
        return bytes.byteSize() == MAX_BYTES
                ? fault("has more than " + MAX_BYTES + " bytes, too many for the pickle of a checkpoint")
                : new CheckpointException(place(at) + "is truncated: more is expected than the "
                        + (bytes.byteSize() - at) + " bytes that are left");
    }

    /** An exception that names the file, the pickle and how far it was read. */
    CheckpointException fault(String problem) {
        return new CheckpointException(place(position) + problem);
    }

    private String place(long at) {
        return file + ": " + what + " at byte " + at + " ";
    }
}
