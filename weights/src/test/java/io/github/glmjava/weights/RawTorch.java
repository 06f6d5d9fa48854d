package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files as {@code torch.save} writes them, of pickles written by hand. */
final class RawTorch {
    static final Path PATH = Path.of("hand-made.bin");

    private static final byte[] MAGIC = RawPickle.begin()
            .op(PickleOpcode.LONG1, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)
            .stop();

    private RawTorch() {}

    /** The entries of a file with this pickle and storages of these bytes. */
    static Map<String, byte[]> entries(byte[] pickle, Map<String, byte[]> storages) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/byteorder", ascii("little"));
        storages.forEach((key, bytes) -> entries.put("archive/data/" + key, bytes));
        entries.put("archive/version", ascii("3\n"));
        return entries;
    }

    static byte[] zip(byte[] pickle, Map<String, byte[]> storages) {
        return RawZip.like(entries(pickle, storages), true);
    }

    static byte[] legacy(byte[] pickle, List<String> keys, byte[]... numbersAndStorages) {
        return legacy(MAGIC, RawPickle.begin().number(1001).stop(), system(true), pickle, keys, numbersAndStorages);
    }

    static byte[] legacy(
            byte[] magic, byte[] protocol, byte[] system, byte[] pickle, List<String> keys, byte[]... rest) {
        RawPickle list = RawPickle.begin().op(PickleOpcode.EMPTY_LIST).op(PickleOpcode.MARK);
        keys.forEach(list::text);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (byte[] part : List.of(
                magic, protocol, system, pickle, list.op(PickleOpcode.APPENDS).stop())) {
            file.writeBytes(part);
        }
        for (byte[] part : rest) {
            file.writeBytes(part);
        }
        return file.toByteArray();
    }

    static byte[] magic() {
        return MAGIC.clone();
    }

    static byte[] system(boolean littleEndian) {
        return RawPickle.begin()
                .op(PickleOpcode.EMPTY_DICT)
                .text("little_endian")
                .op(littleEndian ? PickleOpcode.NEWTRUE : PickleOpcode.NEWFALSE)
                .op(PickleOpcode.SETITEM)
                .stop();
    }

    /** A storage as a legacy file has it. */
    static byte[] counted(long elements, byte[] bytes) {
        return ByteBuffer.allocate(8 + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(elements)
                .put(bytes)
                .array();
    }

    /** 0, 1, 2 and so on. */
    static byte[] counting(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    static FileContents view(byte[] file) throws CheckpointException {
        return TorchFile.view(MemorySegment.ofArray(file), PATH, Arena.ofAuto());
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
