package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the elements of a quantised matrix lie. 32 rows make a block and 32 columns a group; a block is its groups one
 * after the other, a group is its elements and then the scales of the 32 rows in BF16. What is missing in the last block
 * or group is stored as zero.
 *
 * <p>Elements are interleaved so that a lane of a vector belongs to one row, which spares every horizontal sum:
 *
 * <ul>
 *   <li>Q8: 8 runs of 32 words of 32 bits, one word a row, with 4 columns of the row from its lowest byte up, each 128
 *       more than the signed value. 8.5 bits a weight.
 *   <li>Q4: 8 runs of 32 words of 16 bits, one word a row, with 4 columns of the row from its lowest bits up, each 8
 *       more than the signed value. 4.5 bits a weight.
 * </ul>
 *
 * <p>Words of 16 bits are so ordered that the lower halves of 32-bit lanes are rows 0 to 15 and the upper halves rows 16
 * to 31: {@link #slot}. Scales are words of 16 bits, too.
 *
 * @param format Q8 or Q4
 * @param columns of the matrix
 */
record BlockLayout(MatrixFormat format, int columns) {
    /** Rows of a block. */
    static final int ROWS = 32;

    /** Columns that share a scale. */
    static final int GROUP = 32;

    /** Columns of one row in one word. */
    static final int WORD_COLUMNS = 4;

    private static final int SCALE_BYTES = 2 * ROWS;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static BlockLayout of(MatrixFormat format, int columns) {
        if (!format.isQuantized()) {
            throw new IllegalArgumentException(format + " is not stored in blocks");
        }
        return new BlockLayout(format, columns);
    }

    int groups() {
        return Math.ceilDiv(columns, GROUP);
    }

    /** Bytes of a group's elements, after which its scales lie. */
    int elementBytes() {
        return ROWS * GROUP * format.bits() / 8;
    }

    int groupBytes() {
        return elementBytes() + SCALE_BYTES;
    }

    long blockBytes() {
        return (long) groups() * groupBytes();
    }

    long bytes(int rows) {
        return Math.multiplyExact((long) Math.ceilDiv(rows, ROWS), blockBytes());
    }

    /** Where a row's group begins, counted from the start of the matrix. */
    long groupOffset(int row, int group) {
        return row / ROWS * blockBytes() + (long) group * groupBytes();
    }

    /** Which 16-bit word of a run belongs to a row of the block. */
    static int slot(int row) {
        return 2 * (row % 16) + row / 16;
    }

    /** Unpacks one row to floats, exactly. */
    void readRow(MemorySegment data, int row, float[] target, int offset) {
        int inBlock = row % ROWS;
        for (int column = 0; column < columns; column++) {
            long group = groupOffset(row, column / GROUP);
            target[offset + column] = scale(data, group, inBlock) * element(data, group, inBlock, column % GROUP);
        }
    }

    private float scale(MemorySegment data, long group, int row) {
        short bits = data.get(SHORT, group + elementBytes() + 2L * slot(row));
        return Float.intBitsToFloat(bits << 16);
    }

    private int element(MemorySegment data, long group, int row, int column) {
        int run = column / WORD_COLUMNS;
        int inWord = column % WORD_COLUMNS;
        if (format == MatrixFormat.Q8) {
            return (data.get(ValueLayout.JAVA_BYTE, group + 4L * (run * ROWS + row) + inWord) & 255) - 128;
        }
        int word = data.get(SHORT, group + 2L * (run * ROWS + slot(row)));
        return ((word >> (4 * inWord)) & 15) - 8;
    }

    /**
     * Stores one row of a group.
     *
     * @param bytes the group's bytes, from {@code offset} on
     * @param values {@code GROUP} integers in the format's range
     * @param scale a float whose lower half is zero
     */
    void storeGroupRow(byte[] bytes, int offset, int row, int[] values, float scale) {
        for (int run = 0; run < GROUP / WORD_COLUMNS; run++) {
            int column = run * WORD_COLUMNS;
            if (format == MatrixFormat.Q8) {
                int at = offset + 4 * (run * ROWS + row);
                for (int i = 0; i < WORD_COLUMNS; i++) {
                    bytes[at + i] = (byte) (values[column + i] + 128);
                }
            } else {
                int at = offset + 2 * (run * ROWS + slot(row));
                bytes[at] = (byte) (values[column] + 8 | (values[column + 1] + 8) << 4);
                bytes[at + 1] = (byte) (values[column + 2] + 8 | (values[column + 3] + 8) << 4);
            }
        }
        int bits = Float.floatToRawIntBits(scale) >>> 16;
        int at = offset + elementBytes() + 2 * slot(row);
        bytes[at] = (byte) bits;
        bytes[at + 1] = (byte) (bits >>> 8);
    }
}
