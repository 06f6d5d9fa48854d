package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, checked against the file. The layout is
 *
 * <pre>
 * 8 bytes            N, the length of the header, an unsigned little-endian integer
 * N bytes            the header, JSON in UTF-8
 * the rest           the tensors' bytes without a gap
 * </pre>
 *
 * The rules are those of the reference reader (huggingface/safetensors, {@code tensor.rs}, {@code SafeTensors::deserialize}
 * and {@code Metadata::validate}), and duplicate keys are rejected as its README asks.
 *
 * @param entries the tensors in the order of their bytes
 * @param metadata the content of {@code __metadata__}
 * @param dataOffset where in the file the tensors' bytes begin
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata, long dataOffset) {
    /** The size of N. */
    static final int LENGTH_BYTES = 8;

    /** The largest N that the format allows. */
    static final int MAX_LENGTH = StrictJson.MAX_BYTES;

    /** The key that is not a tensor's name. */
    static final String METADATA_KEY = "__metadata__";

    /**
     * One tensor.
     *
     * @param begin the first of its bytes, counted from {@link #dataOffset}
     * @param end one past the last of its bytes
     */
    record Entry(String name, DType dtype, List<Long> shape, long begin, long end) {}

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * @param file all bytes of the file
     * @param path the file, for messages
     */
    static SafetensorsHeader read(MemorySegment file, Path path) throws CheckpointException {
        long fileSize = file.byteSize();
        if (fileSize < LENGTH_BYTES) {
            throw new CheckpointException(path + ": the file has " + fileSize
                    + " bytes, too few for a safetensors file, which begins with a header length of 8 bytes");
        }
        long length = file.get(LENGTH, 0);
        if (length < 0 || length > MAX_LENGTH) {
            throw new CheckpointException(path + ": "
                    + (MappedFile.isGitLfsPointer(file)
                            ? MappedFile.GIT_LFS_ADVICE
                            : "header length is " + Long.toUnsignedString(length) + ", expected at most " + MAX_LENGTH
                                    + "; this is not a safetensors file"));
        }
        long dataOffset = LENGTH_BYTES + length;
        if (dataOffset > fileSize) {
            throw new CheckpointException(path + ": header length is " + length + ", but the file has only "
                    + (fileSize - LENGTH_BYTES) + " bytes after it; the file is truncated");
        }
        SafetensorsHeaderParser parser =
                new SafetensorsHeaderParser(new SegmentInputStream(file.asSlice(LENGTH_BYTES, length)), path);
        parser.parse();
        // Zero-size tensors come before the tensor that begins where they lie.
        List<Entry> entries = parser.entries().stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        checkContiguous(entries, fileSize - dataOffset, path);
        return new SafetensorsHeader(entries, parser.metadata(), dataOffset);
    }

    private static void checkContiguous(List<Entry> entries, long dataSize, Path path) throws CheckpointException {
        long next = 0;
        for (Entry entry : entries) {
            if (entry.begin() != next) {
                throw new CheckpointException(path + ": tensor " + Quoted.of(entry.name()) + " begins at byte "
                        + entry.begin() + " of the data, expected " + next
                        + " where the tensor before it ends; there is "
                        + (entry.begin() > next ? "a hole between them" : "an overlap"));
            }
            next = entry.end();
        }
        if (next != dataSize) {
            throw new CheckpointException(path + ": the tensors take " + next + " bytes, but the file has " + dataSize
                    + " after the header; "
                    + (next > dataSize ? "the file is truncated" : "there are bytes of no tensor at its end"));
        }
    }
}
