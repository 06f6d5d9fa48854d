package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive where they lie, as {@code torch.save} writes them (PKWARE's APPNOTE.TXT, section 4.3):
 * stored without compression, with zip64 fields where they are needed, and no comment. Stricter than the format: the
 * directory lies right before the end records, local headers say what the directory says, nothing overlaps.
 *
 * <p>Checksums are not computed; that would read the whole file, which is otherwise only mapped.
 */
final class ZipDirectory {
    /** How an archive with an entry begins. */
    static final byte[] BEGINNING = {'P', 'K', 3, 4};

    /** One entry for each storage and some others. */
    private static final int MAX_ENTRIES = TorchObjects.MAX_TENSORS + 100;

    private static final int MAX_NAME_BYTES = 1_000;

    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_SIZE = 30;
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_SIZE = 46;
    private static final int END = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_LOCATOR_SIZE = 20;
    private static final int END64 = 0x06064b50;
    private static final int END64_SIZE = 56;
    private static final int ZIP64_EXTRA = 1;

    private static final int ENCRYPTED = 1 | 1 << 6 | 1 << 13;
    private static final int SIZES_FOLLOW = 1 << 3;
    private static final int STORED = 0;
    /** In place of a number that a zip64 field has. */
    private static final long IN_ZIP64 = 0xffffffffL;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final Path path;

    private ZipDirectory(MemorySegment file, Path path) {
        this.file = file;
        this.path = path;
    }

    /** Where the central directory is. */
    private record Extent(long begin, long end, long entries) {}

    /** An entry: where its local header begins and its content ends. */
    private record Entry(String name, long header, MemorySegment content, long end) {}

    /**
     * The content of the entries by name, in the order of the central directory.
     *
     * @param file all bytes of the file
     * @param path the file, for messages
     */
    static Map<String, MemorySegment> read(MemorySegment file, Path path) throws CheckpointException {
        return new ZipDirectory(file, path).read();
    }

    private Map<String, MemorySegment> read() throws CheckpointException {
        Extent directory = directory();
        if (directory.entries() > MAX_ENTRIES) {
            throw fault("has " + directory.entries() + " entries, expected at most " + MAX_ENTRIES);
        }
        List<Entry> entries = new ArrayList<>();
        long position = directory.begin();
        for (long i = 0; i < directory.entries(); i++) {
            if (directory.end() - position < CENTRAL_SIZE || int32(position) != CENTRAL) {
                throw fault("has no directory entry " + i + " of " + directory.entries() + " at byte " + position);
            }
            long next = position + CENTRAL_SIZE + uint16(position + 28) + uint16(position + 30) + uint16(position + 32);
            if (next > directory.end()) {
                throw fault("has a directory entry " + i + " that goes on after the directory");
            }
            entries.add(entry(position, directory.begin()));
            position = next;
        }
        if (position != directory.end()) {
            throw fault("has " + (directory.end() - position) + " bytes after the entries of its directory");
        }
        checkDisjoint(entries);
        Map<String, MemorySegment> contents = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (contents.putIfAbsent(entry.name(), entry.content()) != null) {
                throw fault(entry.name(), "is there twice");
            }
        }
        return contents;
    }

    private Extent directory() throws CheckpointException {
        long end = file.byteSize() - END_SIZE;
        if (end < 0 || int32(end) != END || uint16(end + 20) != 0) {
            throw fault("does not end with the end record of an archive without a comment; the file is truncated");
        }
        requireOneDisk(uint16(end + 4), uint16(end + 6), uint16(end + 8), uint16(end + 10));
        long locator = end - END64_LOCATOR_SIZE;
        if (locator >= 0 && int32(locator) == END64_LOCATOR) {
            return directory64(end, locator);
        }
        return extent(uint32(end + 16), uint32(end + 12), uint16(end + 10), end);
    }

    private Extent directory64(long end, long locator) throws CheckpointException {
        long record = locator - END64_SIZE;
        if (record < 0 || int32(record) != END64 || int64(locator + 8) != record) {
            throw fault("has no zip64 end record right before its locator");
        }
        requireOneDisk(uint32(record + 16), uint32(record + 20), int64(record + 24), int64(record + 32));
        Extent directory = extent(int64(record + 48), int64(record + 40), int64(record + 32), record);
        // Two readers must not see two archives.
        requireSame("number of entries", uint16(end + 10), 0xffff, directory.entries());
        requireSame("directory size", uint32(end + 12), IN_ZIP64, directory.end() - directory.begin());
        requireSame("directory offset", uint32(end + 16), IN_ZIP64, directory.begin());
        return directory;
    }

    private Extent extent(long begin, long size, long entries, long expectedEnd) throws CheckpointException {
        if (begin < 0 || size < 0 || entries < 0 || begin > expectedEnd || size != expectedEnd - begin) {
            throw fault("has a directory of " + size + " bytes at byte " + begin + ", expected it to end at byte "
                    + expectedEnd + ", where the end record begins");
        }
        return new Extent(begin, expectedEnd, entries);
    }

    private void requireOneDisk(long disk, long directoryDisk, long entriesHere, long entries)
            throws CheckpointException {
        if (disk != 0 || directoryDisk != 0 || entriesHere != entries) {
            throw fault("is one of several parts of an archive");
        }
    }

    private void requireSame(String what, long found, long inZip64, long expected) throws CheckpointException {
        if (found != inZip64 && found != expected) {
            throw fault("has the " + what + " " + found + " in one end record and " + expected + " in the other");
        }
    }

    /** @param limit where entries have to end */
    private Entry entry(long central, long limit) throws CheckpointException {
        int nameLength = uint16(central + 28);
        String name = name(central + CENTRAL_SIZE, nameLength);
        int flags = uint16(central + 8);
        if ((flags & ENCRYPTED) != 0) {
            throw fault(name, "is encrypted");
        }
        int method = uint16(central + 10);
        if (method != STORED) {
            throw fault(name, "is compressed (method " + method + "), expected it to be stored as torch.save does");
        }
        long compressed = uint32(central + 20);
        long size = uint32(central + 24);
        long header = uint32(central + 42);
        Zip64Numbers zip64 = zip64(central + CENTRAL_SIZE + nameLength, uint16(central + 30), name);
        size = zip64.orNext(size);
        compressed = zip64.orNext(compressed);
        header = zip64.orNext(header);
        if (uint16(central + 34) != 0) {
            throw fault(name, "is in another part of the archive");
        }
        if (size != compressed) {
            throw fault(name, "has " + compressed + " bytes compressed and " + size + " bytes, though it is stored");
        }
        if (header < 0 || header > limit - LOCAL_SIZE || int32(header) != LOCAL) {
            throw fault(name, "has no header at byte " + header + ", where the directory says it is");
        }
        long content = header + LOCAL_SIZE + uint16(header + 26) + uint16(header + 28);
        if (size < 0 || content > limit || size > limit - content) {
            throw fault(
                    name,
                    "of " + size + " bytes at byte " + content + " does not end before the directory at byte " + limit);
        }
        checkLocal(header, central, name, size);
        return new Entry(name, header, file.asSlice(content, size), content + size);
    }

    private void checkLocal(long header, long central, String name, long size) throws CheckpointException {
        int flags = uint16(header + 6);
        int nameLength = uint16(header + 26);
        if (flags != uint16(central + 8)
                || uint16(header + 8) != STORED
                || nameLength != uint16(central + 28)
                || file.asSlice(header + LOCAL_SIZE, nameLength)
                                .mismatch(file.asSlice(central + CENTRAL_SIZE, nameLength))
                        >= 0) {
            throw fault(name, "has another name, method or flags in its header than in the directory");
        }
        for (long found : new long[] {uint32(header + 18), uint32(header + 22)}) {
            boolean elsewhere = found == IN_ZIP64 || (found == 0 && (flags & SIZES_FOLLOW) != 0);
            if (!elsewhere && found != size) {
                throw fault(name, "has " + found + " bytes by its header and " + size + " by the directory");
            }
        }
    }

    /** The numbers of a zip64 extra field, which are there in turn for those that are {@link #IN_ZIP64}. */
    private final class Zip64Numbers {
        private final String name;
        private final long end;
        private long position;

        Zip64Numbers(String name, long position, long end) {
            this.name = name;
            this.position = position;
            this.end = end;
        }

        long orNext(long number) throws CheckpointException {
            if (number != IN_ZIP64) {
                return number;
            }
            if (end - position < Long.BYTES) {
                throw fault(name, "lacks a number in its zip64 field");
            }
            long next = int64(position);
            position += Long.BYTES;
            return next;
        }
    }

    private Zip64Numbers zip64(long begin, int length, String name) throws CheckpointException {
        long end = begin + length;
        for (long field = begin; end - field >= 4; ) {
            long next = field + 4 + uint16(field + 2);
            if (next > end) {
                throw fault(name, "has an extra field that goes on after the directory entry");
            }
            if (uint16(field) == ZIP64_EXTRA) {
                return new Zip64Numbers(name, field + 4, next);
            }
            field = next;
        }
        return new Zip64Numbers(name, end, end);
    }

    private void checkDisjoint(List<Entry> entries) throws CheckpointException {
        List<Entry> inFile =
                entries.stream().sorted(Comparator.comparingLong(Entry::header)).toList();
        for (int i = 1; i < inFile.size(); i++) {
            if (inFile.get(i).header() < inFile.get(i - 1).end()) {
                throw fault(
                        inFile.get(i).name(),
                        "overlaps " + Quoted.of(inFile.get(i - 1).name()));
            }
        }
    }

    private String name(long position, int length) throws CheckpointException {
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw fault("has an entry with a name of " + length + " bytes, expected 1 to " + MAX_NAME_BYTES);
        }
        ByteBuffer utf8 = ByteBuffer.wrap(file.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(path + ": the zip archive has a name that is not UTF-8", e);
        }
    }

    private int uint16(long position) {
        return Short.toUnsignedInt(file.get(SHORT, position));
    }

    private int int32(long position) {
        return file.get(INT, position);
    }

    private long uint32(long position) {
        return Integer.toUnsignedLong(file.get(INT, position));
    }

    private long int64(long position) {
        return file.get(LONG, position);
    }

    private CheckpointException fault(String problem) {
        return new CheckpointException(path + ": the zip archive " + problem);
    }

    private CheckpointException fault(String entry, String problem) {
        return new CheckpointException(path + ": the zip entry " + Quoted.of(entry) + " " + problem);
    }
}
