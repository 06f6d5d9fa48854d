package io.github.glmjava.weights;

import io.github.glmjava.weights.GgufValue.Flag;
import io.github.glmjava.weights.GgufValue.Many;
import io.github.glmjava.weights.GgufValue.Real;
import io.github.glmjava.weights.GgufValue.Text;
import io.github.glmjava.weights.GgufValue.Whole;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a GGUF file (ggml-org/ggml, {@code docs/gguf.md}), versions 2 and 3: metadata, then the tensors'
 * names, shapes, types and places. Everything is checked before anything is used: counts and lengths against the bytes
 * that are left, names for duplicates, tensors for their alignment, for lying in the file and for not overlapping.
 */
final class GgufParser {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final String ALIGNMENT_KEY = "general.alignment";
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 20;
    private static final int MAX_NAME_BYTES = 1_000;
    private static final int MAX_TEXT_BYTES = 16 << 20;
    private static final int MAX_DIMENSIONS = 4;

    /** A key's length, a value's type, the shortest value. */
    private static final int MIN_ENTRY_BYTES = 8 + 4 + 1;

    /** A name's length, the number of dimensions, one of them, type and place. */
    private static final int MIN_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8;

    private final MemorySegment file;
    private final Path path;
    private final GgufInput input;

    private GgufParser(MemorySegment file, Path path) {
        this.file = file;
        this.path = path;
        input = new GgufInput(file, path);
    }

    /**
     * What a file holds.
     *
     * @param metadata in the order of the file
     * @param tensors in the order of the file
     */
    record Contents(GgufMetadata metadata, Map<String, StoredTensor> tensors) {}

    /** A tensor whose place is not known to be good. */
    private record Entry(String name, DType dtype, List<Long> shape, long offset, long size) {
        long end() {
            return offset + size;
        }
    }

    /**
     * Parses a file.
     *
     * @param file all its bytes
     * @param path for messages
     */
    static Contents parse(MemorySegment file, Path path) throws CheckpointException {
        return new GgufParser(file, path).parse();
    }

    private Contents parse() throws CheckpointException {
        if (MappedFile.isGitLfsPointer(file)) {
            throw new CheckpointException(path + ": " + MappedFile.GIT_LFS_ADVICE);
        }
        int magic = input.int32("the magic number");
        if (magic != MAGIC) {
            throw new CheckpointException(path + ": the file does not begin with GGUF");
        }
        int version = input.int32("the version");
        if (version != 2 && version != 3) {
            throw new CheckpointException(path + ": GGUF version " + Integer.toUnsignedString(version)
                    + (Integer.reverseBytes(version) == 3 ? ", which is big-endian," : "") + " is not supported,"
                    + " expected 2 or 3");
        }
        long tensorCount = input.count(MIN_TENSOR_BYTES, "the number of tensors");
        long entryCount = input.count(MIN_ENTRY_BYTES, "the number of metadata entries");
        Map<String, GgufValue> metadata = metadata(entryCount);
        return new Contents(new GgufMetadata(metadata, input, path), tensors(tensorCount, alignment(metadata)));
    }

    private Map<String, GgufValue> metadata(long count) throws CheckpointException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String key = input.string(MAX_NAME_BYTES, "a key");
            if (metadata.put(key, value(type(key), key)) != null) {
                throw input.wrong("key " + Quoted.of(key) + " is there twice");
            }
        }
        return metadata;
    }

    private GgufValue.Type type(String key) throws CheckpointException {
        int number = input.int32("the type of " + Quoted.of(key));
        GgufValue.Type type = GgufValue.Type.of(number);
        if (type == null) {
            throw input.wrong(Quoted.of(key) + " has type " + Integer.toUnsignedString(number) + ", expected 0 to 12");
        }
        return type;
    }

    private GgufValue value(GgufValue.Type type, String key) throws CheckpointException {
        String what = "the value of " + Quoted.of(key);
        return switch (type) {
            case UINT8 -> new Whole(input.unsignedByte(what));
            case INT8 -> new Whole((byte) input.unsignedByte(what));
            case UINT16 -> new Whole(Short.toUnsignedInt(input.int16(what)));
            case INT16 -> new Whole(input.int16(what));
            case UINT32 -> new Whole(Integer.toUnsignedLong(input.int32(what)));
            case INT32 -> new Whole(input.int32(what));
            case UINT64 -> {
                long value = input.int64(what);
                if (value < 0) {
                    throw input.wrong(what + " is " + Long.toUnsignedString(value) + ", more than we can count");
                }
                yield new Whole(value);
            }
            case INT64 -> new Whole(input.int64(what));
            case FLOAT32 -> new Real(Float.intBitsToFloat(input.int32(what)));
            case FLOAT64 -> new Real(Double.longBitsToDouble(input.int64(what)));
            case BOOL -> {
                int value = input.unsignedByte(what);
                if (value > 1) {
                    throw input.wrong(what + " is " + value + ", expected 0 or 1");
                }
                yield new Flag(value == 1);
            }
            case STRING -> new Text(input.string(MAX_TEXT_BYTES, what));
            case ARRAY -> array(key);
        };
    }

    private Many array(String key) throws CheckpointException {
        GgufValue.Type type = type(key);
        if (type == GgufValue.Type.ARRAY) {
            throw input.wrong(Quoted.of(key) + " is an array of arrays, which is not supported");
        }
        long count = input.count(type.minimumBytes(), "the length of " + Quoted.of(key));
        Many array = new Many(type, count, input.position());
        if (type == GgufValue.Type.STRING) {
            for (long i = 0; i < count; i++) {
                input.skipString("an element of " + Quoted.of(key));
            }
        } else {
            input.skip(count * type.minimumBytes(), Quoted.of(key));
        }
        return array;
    }

    private int alignment(Map<String, GgufValue> metadata) throws CheckpointException {
        GgufValue value = metadata.get(ALIGNMENT_KEY);
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (!(value instanceof Whole whole)
                || whole.value() < 8
                || whole.value() > MAX_ALIGNMENT
                || Long.bitCount(whole.value()) != 1) {
            throw input.wrong(ALIGNMENT_KEY + " is " + GgufMetadata.describe(value)
                    + ", expected a power of two from 8 to " + MAX_ALIGNMENT);
        }
        return (int) whole.value();
    }

    private Map<String, StoredTensor> tensors(long count, int alignment) throws CheckpointException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            Entry entry = entry(alignment);
            if (entries.put(entry.name(), entry) != null) {
                throw input.wrong("tensor " + Quoted.of(entry.name()) + " is there twice");
            }
        }
        long start = Math.ceilDiv(input.position(), (long) alignment) * alignment;
        long size = Math.max(0, file.byteSize() - start);
        requirePlaces(new ArrayList<>(entries.values()), size);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            MemorySegment data =
                    file.asSlice(start + entry.offset(), entry.size()).asReadOnly();
            tensors.put(entry.name(), new StoredTensor(entry.name(), entry.dtype(), entry.shape(), data, path));
        }
        return tensors;
    }

    private Entry entry(int alignment) throws CheckpointException {
        String name = input.string(MAX_NAME_BYTES, "the name of a tensor");
        String what = "tensor " + Quoted.of(name);
        int dimensions = input.int32("the number of dimensions of " + what);
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw input.wrong(what + " has " + Integer.toUnsignedString(dimensions) + " dimensions, expected 1 to "
                    + MAX_DIMENSIONS);
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            long dimension = input.int64("a dimension of " + what);
            if (dimension < 1) {
                throw input.wrong(what + " has a dimension of " + Long.toUnsignedString(dimension) + ", expected 1 to "
                        + Long.MAX_VALUE);
            }
            shape.addFirst(dimension); // the file has the innermost first
        }
        int number = input.int32("the type of " + what);
        DType dtype = dtype(number);
        if (dtype == null) {
            throw input.wrong(what + " has type " + Integer.toUnsignedString(number) + ", which is not supported;"
                    + " supported are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K");
        }
        long offset = input.int64("the place of " + what);
        if (offset < 0 || offset % alignment != 0) {
            throw input.wrong(what + " begins at byte " + Long.toUnsignedString(offset) + " of the data, expected a"
                    + " multiple of the alignment " + alignment);
        }
        try {
            long size = dtype.byteSize(shape);
            Math.addExact(offset, size);
            return new Entry(name, dtype, shape, offset, size);
        } catch (ArithmeticException e) {
            throw input.wrong(what + " of type " + dtype + " and shape " + shape + ": its end overflows", e);
        } catch (IllegalArgumentException e) {
            throw input.wrong(what + " of type " + dtype + ": " + e.getMessage(), e);
        }
    }

    /** {@code enum ggml_type}. */
    private static @Nullable DType dtype(int number) {
        return switch (number) {
            case 0 -> DType.F32;
            case 1 -> DType.F16;
            case 2 -> DType.Q4_0;
            case 3 -> DType.Q4_1;
            case 6 -> DType.Q5_0;
            case 7 -> DType.Q5_1;
            case 8 -> DType.Q8_0;
            case 12 -> DType.Q4_K;
            case 13 -> DType.Q5_K;
            case 14 -> DType.Q6_K;
            case 30 -> DType.BF16;
            default -> null;
        };
    }

    private void requirePlaces(List<Entry> entries, long size) throws CheckpointException {
        entries.sort(Comparator.comparingLong(Entry::offset));
        long end = 0;
        for (Entry entry : entries) {
            String what =
                    "tensor " + Quoted.of(entry.name()) + " lies at bytes " + entry.offset() + " to " + entry.end();
            if (entry.offset() < end) {
                throw new CheckpointException(path + ": " + what + " of the data, where another one does");
            }
            if (entry.end() > size) {
                throw new CheckpointException(path + ": " + what + " of the data, which has " + size + " bytes");
            }
            end = entry.end();
        }
    }
}
