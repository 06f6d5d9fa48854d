package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where things lie in a torch file: the zip archive, and the sequence of the old format. */
class TorchLayoutTest {
    private static final byte[] PICKLE = RawPickle.begin()
            .op(PickleOpcode.EMPTY_DICT)
            .text("a")
            .tensor("0", 20)
            .op(PickleOpcode.SETITEM)
            .stop();
    private static final byte[] STORAGE = RawTorch.counting(20);
    private static final Map<String, byte[]> ENTRIES = RawTorch.entries(PICKLE, Map.of("0", STORAGE));

    @Test
    void zipMayBeOfAnyWriter() throws CheckpointException {
        for (byte[] zip :
                List.of(RawZip.like(ENTRIES, true), RawZip.like(ENTRIES, false), RawZip.like(ENTRIES, true, true))) {
            StoredTensor tensor = RawSafetensors.tensor(RawTorch.view(zip), "a");
            assertEquals(-1, tensor.data().mismatch(MemorySegment.ofArray(STORAGE)));
        }
    }

    @Test
    void everyTruncationIsNoticed() {
        for (byte[] file : List.of(
                RawZip.like(ENTRIES, true),
                RawZip.like(ENTRIES, false),
                RawTorch.legacy(PICKLE, List.of("0"), RawTorch.counted(20, STORAGE)))) {
            for (int length = 0; length < file.length; length++) {
                byte[] truncated = Arrays.copyOf(file, length);
                String message = RawSafetensors.rejection(() -> RawTorch.view(truncated));
                assertTrue(length < 4 || message.contains("truncated"), message);
            }
            byte[] longer = Arrays.copyOf(file, file.length + 1);
            RawSafetensors.rejection(() -> RawTorch.view(longer));
        }
    }

    @Test
    void entriesAreStoredAndPlain() {
        // Offsets in a directory entry: flags 8, method 10, sizes 20 and 24, disk 34, header 42.
        patched(RawZip.CENTRAL, 10, 2, 8, "'archive/data.pkl' is compressed (method 8)");
        patched(RawZip.CENTRAL, 8, 2, 0x801, "is encrypted");
        patched(RawZip.CENTRAL, 8, 2, 0x800, "another name, method or flags");
        patched(RawZip.CENTRAL, 34, 2, 1, "is in another part");
        patched(RawZip.CENTRAL, 24, 4, 7, "though it is stored");
        patched(RawZip.CENTRAL, 42, 4, 1, "has no header at byte 1");
        patched(RawZip.CENTRAL, 42, 4, 0x7fffffff, "has no header at byte 2147483647");
        patched(RawZip.CENTRAL, 42, 4, -1, "lacks a number in its zip64 field");
        patched(RawZip.CENTRAL, 28, 2, 0xffff, "that goes on after the directory");
        patched(RawZip.CENTRAL, 28, 2, 0, "a name of 0 bytes");
        patched(RawZip.CENTRAL, 46, 1, 'b', "another name, method or flags");
        patched(RawZip.LOCAL, 8, 2, 8, "another name, method or flags");
        patched(RawZip.LOCAL, 6, 2, 0, "another name, method or flags");
        patched(RawZip.LOCAL, 26, 2, 3, "another name, method or flags");
        patched(RawZip.LOCAL, 28, 2, 0xffff, "does not end before the directory");
        patched(RawZip.LOCAL, 18, 4, 5, "has 5 bytes by its header");
    }

    @Test
    void entriesDoNotOverlap() {
        byte[] zip = RawZip.like(ENTRIES, false);
        int first = find(zip, RawZip.CENTRAL);
        int size = buffer(zip).getInt(first + 24) + 40;
        buffer(zip).putInt(first + 20, size).putInt(first + 24, size);
        int local = find(zip, RawZip.LOCAL);
        buffer(zip).putInt(local + 18, size).putInt(local + 22, size);
        rejectsZip(zip, "'archive/byteorder' overlaps 'archive/data.pkl'");
    }

    @Test
    void entriesOfOneNameAreRejected() {
        Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
        entries.put("archive/data/1", STORAGE);
        byte[] zip = RawZip.like(entries, true);
        for (int i = 0; i < zip.length - 14; i++) {
            if (new String(zip, i, 14, StandardCharsets.ISO_8859_1).equals("archive/data/1")) {
                zip[i + 13] = '0';
            }
        }
        rejectsZip(zip, "the zip entry 'archive/data/0' is there twice");
    }

    @Test
    void endRecordsAgree() {
        patched(RawZip.END, 4, 2, 1, "is one of several parts");
        patched(RawZip.END, 10, 2, 3, "is one of several parts");
        patched(RawZip.END, 8, 4, 0x30003, "has the number of entries 3 in one end record and 4 in the other");
        patched(RawZip.END, 12, 4, 3, "has the directory size 3 in one");
        patched(RawZip.END, 16, 4, 3, "has the directory offset 3 in one");
        patched(RawZip.END, 20, 2, 1, "does not end with the end record");
        patched(RawZip.END64, 16, 4, 1, "is one of several parts");
        patched(RawZip.END64, 24, 8, 3, "is one of several parts");
        patched(RawZip.END64, 40, 8, -1, "has a directory of -1 bytes");
        patched(RawZip.END64, 48, 8, -1, "at byte -1");
        patched(RawZip.END64, 48, 8, Long.MAX_VALUE, "at byte 9223372036854775807");
        patched(RawZip.END64_LOCATOR, 8, 8, Long.MAX_VALUE, "has no zip64 end record");
        for (int count : new int[] {3, 5}) {
            byte[] zip = RawZip.like(ENTRIES, false);
            int end = find(zip, RawZip.END);
            buffer(zip).putShort(end + 8, (short) count).putShort(end + 10, (short) count);
            rejectsZip(zip, count == 3 ? "bytes after the entries of its directory" : "has no directory entry 4 of 5");
        }
        byte[] zip = RawZip.like(ENTRIES, true);
        int record = find(zip, RawZip.END64);
        buffer(zip).putLong(record + 24, Long.MAX_VALUE).putLong(record + 32, Long.MAX_VALUE);
        buffer(zip).putInt(find(zip, RawZip.END) + 8, -1);
        rejectsZip(zip, "has 9223372036854775807 entries, expected at most");
    }

    @Test
    void entriesOfTorchAreThere() {
        rejectsZip(RawZip.like(Map.of(), false), "begins neither", false);
        rejectsZip(without("archive/data.pkl"), "no entry 'archive/data.pkl' among its 3");
        rejectsZip(without("archive/version"), "no entry 'archive/version'");
        rejectsZip(without("archive/data/0"), "no entry 'archive/data/0'");
        rejectsZip(with("archive/version", "11\n"), "version is '11', expected 1 to 10");
        rejectsZip(with("archive/version", "x"), "version is 'x'");
        rejectsZip(with("archive/byteorder", "big"), "byteorder is 'big', expected 'little'");
        rejectsZip(with("archive/data/0", "short"), "has 5 bytes, but the pickle says it has 20 elements of U8");
        rejectsZip(with("archive/data/0", "far too long for twenty"), "has 23 bytes");
        Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
        entries.put("archive/data.pkl", Arrays.copyOf(PICKLE, PICKLE.length + 1));
        rejectsZip(RawZip.like(entries, true), "goes on after its end");
    }

    @Test
    void keysOfStoragesAreOnlyNames() {
        byte[] pickle = RawPickle.begin()
                .op(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor("../../etc/passwd", 20)
                .op(PickleOpcode.SETITEM)
                .stop();
        rejectsZip(RawTorch.zip(pickle, Map.of("0", STORAGE)), "no entry 'archive/data/../../etc/passwd'");
    }

    @Test
    void oldFormatIsComplete() throws CheckpointException {
        byte[] storage = RawTorch.counted(20, STORAGE);
        assertNotNull(RawTorch.view(RawTorch.legacy(PICKLE, List.of("0"), storage)));
        rejects(RawTorch.legacy(PICKLE, List.of()), "the storage '0' of tensor 'a' is not in the list of storages");
        rejects(RawTorch.legacy(PICKLE, List.of("0", "1"), storage), "the storage '1' is in the list of storages, but");
        rejects(RawTorch.legacy(PICKLE, List.of("0", "0"), storage, storage), "the storage '0' is in the list of");
        rejects(
                RawTorch.legacy(PICKLE, List.of("0"), RawTorch.counted(19, STORAGE)),
                "has 19 elements, but the object");
        rejects(RawTorch.legacy(PICKLE, List.of("0"), RawTorch.counted(-1, STORAGE)), "has -1 elements, but");
        rejects(RawTorch.legacy(PICKLE, List.of("0"), RawTorch.counted(20, new byte[19])), "has only 19 bytes left");
        rejects(RawTorch.legacy(PICKLE, List.of("0"), storage, new byte[1]), "has 1 bytes after its last storage");
        byte[] huge = RawPickle.begin()
                .op(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor("0", Long.MAX_VALUE)
                .op(PickleOpcode.SETITEM)
                .stop();
        rejects(
                RawTorch.legacy(huge, List.of("0"), RawTorch.counted(Long.MAX_VALUE, STORAGE)),
                "has 9223372036854775807 elements of U8, but the file has only 20 bytes left");
    }

    @Test
    void oldFormatBeginsAsItShould() {
        byte[] protocol = RawPickle.begin().number(1001).stop();
        byte[] other = RawPickle.begin().number(1002).stop();
        byte[] none = RawPickle.begin().op(PickleOpcode.NONE).stop();
        List<String> keys = List.of("0");
        rejects(RawTorch.legacy(protocol, protocol, RawTorch.system(true), PICKLE, keys), "the magic number of torch");
        rejects(
                RawTorch.legacy(RawTorch.magic(), other, RawTorch.system(true), PICKLE, keys),
                "the protocol is the integer 1002, expected 1001");
        rejects(RawTorch.legacy(RawTorch.magic(), protocol, RawTorch.system(false), PICKLE, keys), "little_endian");
        rejects(RawTorch.legacy(RawTorch.magic(), protocol, none, PICKLE, keys), "little_endian");
        rejects(RawTorch.legacy(RawTorch.magic(), protocol, RawTorch.system(true), none, keys), "contains None");
    }

    private static byte[] without(String name) {
        Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
        entries.remove(name);
        return RawZip.like(entries, true);
    }

    private static byte[] with(String name, String content) {
        Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES);
        entries.put(name, RawTorch.ascii(content));
        return RawZip.like(entries, true);
    }

    /** Changes a number of the first record of a kind. */
    private static void patched(int signature, int offset, int size, long value, String messagePart) {
        byte[] zip = RawZip.like(ENTRIES, true);
        int at = find(zip, signature) + offset;
        for (int i = 0; i < size; i++) {
            zip[at + i] = (byte) (value >> (8 * i));
        }
        rejectsZip(zip, messagePart);
    }

    private static int find(byte[] zip, int signature) {
        for (int i = 0; i <= zip.length - 4; i++) {
            if (buffer(zip).getInt(i) == signature) {
                return i;
            }
        }
        throw new AssertionError("no such record");
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void rejectsZip(byte[] file, String messagePart) {
        rejectsZip(file, messagePart, true);
    }

    private static void rejectsZip(byte[] file, String messagePart, boolean zip) {
        assertEquals(zip, buffer(file).getInt(0) == RawZip.LOCAL);
        rejects(file, messagePart);
    }

    private static void rejects(byte[] file, String messagePart) {
        String message = RawSafetensors.rejection(() -> RawTorch.view(file));
        assertTrue(message.startsWith(RawTorch.PATH + ": "), message);
        assertTrue(message.contains(messagePart), () -> "'" + message + "' should contain '" + messagePart + "'");
    }
}
