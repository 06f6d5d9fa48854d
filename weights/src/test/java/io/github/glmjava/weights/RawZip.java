package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/** Zip archives of stored entries, as PyTorch writes them or with all sizes in the local headers. */
final class RawZip {
    static final int LOCAL = 0x04034b50;
    static final int CENTRAL = 0x02014b50;
    static final int END = 0x06054b50;
    static final int END64 = 0x06064b50;
    static final int END64_LOCATOR = 0x07064b50;

    private static final int SIZES_FOLLOW_AND_UTF8 = 0x808;
    private static final int UTF8 = 0x800;
    private static final int IN_ZIP64 = -1;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private RawZip() {}

    /** @param asTorch with data descriptors, padding and zip64 end records, otherwise with none of these */
    static byte[] like(Map<String, byte[]> entries, boolean asTorch) {
        return like(entries, asTorch, false);
    }

    /** @param zip64 whether all numbers of the directory are in zip64 fields */
    static byte[] like(Map<String, byte[]> entries, boolean asTorch, boolean zip64) {
        RawZip file = new RawZip();
        RawZip directory = new RawZip();
        int flags = asTorch ? SIZES_FOLLOW_AND_UTF8 : UTF8;
        entries.forEach((entryName, content) -> {
            byte[] name = entryName.getBytes(StandardCharsets.UTF_8);
            int crc = crc(content);
            int size = asTorch ? 0 : content.length;
            int header = file.bytes.size();
            int padding = asTorch ? 4 + Math.floorMod(-(header + 34 + name.length), 64) : 0;
            file.int32(LOCAL).int16(0, flags, 0, 0, 0).int32(asTorch ? 0 : crc, size, size);
            file.int16(name.length, padding).raw(name);
            if (padding > 0) {
                file.raw(RawTorch.ascii("FB")).int16(padding - 4).raw(new byte[padding - 4]);
            }
            file.raw(content);
            if (asTorch) {
                file.int32(0x08074b50, crc, content.length, content.length);
            }
            int known = zip64 ? IN_ZIP64 : content.length;
            directory.int32(CENTRAL).int16(0, 0, flags, 0, 0, 0).int32(crc, known, known);
            directory.int16(name.length, zip64 ? 28 : 0, 0, 0, 0).int32(0, zip64 ? IN_ZIP64 : header);
            directory.raw(name);
            if (zip64) {
                directory.int16(1, 24).int64(content.length, content.length, header);
            }
        });
        int begin = file.bytes.size();
        int size = directory.bytes.size();
        int count = entries.size();
        file.raw(directory.bytes.toByteArray());
        if (asTorch) {
            int record = file.bytes.size();
            file.int32(END64).int64(44).int16(0x31e, 45).int32(0, 0).int64(count, count, size, begin);
            file.int32(END64_LOCATOR, 0).int64(record).int32(1);
        }
        file.int32(END)
                .int16(0, 0, count, count)
                .int32(size, zip64 ? IN_ZIP64 : begin)
                .int16(0);
        return file.bytes.toByteArray();
    }

    private RawZip raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    private RawZip int16(int... values) {
        for (int value : values) {
            number(value, 2);
        }
        return this;
    }

    private RawZip int32(int... values) {
        for (int value : values) {
            number(value, 4);
        }
        return this;
    }

    private RawZip int64(long... values) {
        for (long value : values) {
            number(value, 8);
        }
        return this;
    }

    private void number(long value, int size) {
        for (int i = 0; i < size; i++) {
            bytes.write((int) (value >> (8 * i)));
        }
    }

    private static int crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return (int) crc.getValue();
    }
}
