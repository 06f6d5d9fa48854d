package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the elements of a quantised matrix lie. Some rows make a block and 32 columns a group; a block is the elements of
 * its groups, one after the other, and then their scales in BF16, those of all rows of a group together. What is missing
 * in the last block or group is stored as zero.
 *
 * <p>A kernel should always read from two places, or the processor fetches too little ahead. Those of Q4 read several blocks at
 * once. Those of Q8 have no sums left in registers for a second block of 64 rows: so in a block of theirs the even columns of all
 * groups come first and then the odd ones, and one step reads both.
 *
 * <p>Elements are interleaved so that a lane of a vector belongs to one row or to rows that are taken apart by shifts,
 * which spares every horizontal sum. 64 bytes, the widest vector, are the same columns of all rows of a block:
 *
 * <ul>
 *   <li>Q8: blocks of 64 rows, for each column a byte of each row after the other. 8.5 bits a weight.
 *   <li>Q4: blocks of 32 rows, for each 4 columns 32 words of 16 bits, one word a row, with the columns from the lowest
 *       bits up, each 8 more than the signed value. 4.5 bits a weight.
 * </ul>
 *
 * <p>Words of 16 bits in Q4, of which scales are some, too, are so ordered that the lower halves of 32-bit lanes are the first
 * half of the rows and the upper halves the second: {@link #slot}. Scales in Q8 follow the rows.
 *
 * @param format Q8 or Q4
 * @param columns of the matrix
 */
record BlockLayout(MatrixFormat format, int columns) {
    /** To be counted up whenever the bytes of a quantised matrix come to mean something else: files hold them. */
    static final int VERSION = 4;

    /** Rows of a block in Q8. */
    static final int Q8_ROWS = 64;

    /** Rows of a block in Q4. */
    static final int Q4_ROWS = 32;

    /** Columns that share a scale. */
    static final int GROUP = 32;

    /** Columns of one row in one word of Q4. */
    static final int WORD_COLUMNS = 4;

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

    /** Rows of a block. */
    int rows() {
        return format == MatrixFormat.Q8 ? Q8_ROWS : Q4_ROWS;
    }

    /** Into how many parts the columns of a group are divided: a column belongs to the part of its remainder. */
    private int parts() {
        return format == MatrixFormat.Q8 ? 2 : 1;
    }

    /** Bytes of the elements of a group of a block in one part. */
    private int elementBytes() {
        return rows() * GROUP * format.bits() / 8 / parts();
    }

    /** Bytes of the elements of all groups of a block in one part: how far in Q8 odd columns are from even ones. */
    long partBytes() {
        return (long) groups() * elementBytes();
    }

    /** Bytes of the scales of a group of a block. */
    int scaleBytes() {
        return 2 * rows();
    }

    long blockBytes() {
        return parts() * partBytes() + (long) groups() * scaleBytes();
    }

    long bytes(int rows) {
        return Math.multiplyExact((long) Math.ceilDiv(rows, rows()), blockBytes());
    }

    /** Where the elements of a group of a row's block begin in the first part, counted from the start of the matrix. */
    long elementOffset(int row, int group) {
        return row / rows() * blockBytes() + (long) group * elementBytes();
    }

    /** Where the scales of a group of a row's block begin. */
    long scaleOffset(int row, int group) {
        return elementOffset(row, 0) + parts() * partBytes() + (long) group * scaleBytes();
    }

    /** Which 16-bit word belongs to a row of the block. */
    private int slot(int row) {
        if (format == MatrixFormat.Q8) {
            return row;
        }
        int half = rows() / 2;
        return 2 * (row % half) + row / half;
    }

    /** Where an element of Q8 lies, counted from the first element of its group in its block. */
    private long byteOffset(int row, int column) {
        return column % 2 * partBytes() + (long) Q8_ROWS * (column / 2) + row;
    }

    /** Unpacks one row to floats, exactly. */
    void readRow(MemorySegment data, int row, float[] target, int offset) {
        int inBlock = row % rows();
        for (int group = 0; group < groups(); group++) {
            short bits = data.get(SHORT, scaleOffset(row, group) + 2L * slot(inBlock));
            float scale = Float.intBitsToFloat(bits << 16);
            long elements = elementOffset(row, group);
            int first = group * GROUP;
            for (int column = first; column < Math.min(first + GROUP, columns); column++) {
                target[offset + column] = scale * element(data, elements, inBlock, column - first);
            }
        }
    }

    private int element(MemorySegment data, long group, int row, int column) {
        if (format == MatrixFormat.Q8) {
            return data.get(ValueLayout.JAVA_BYTE, group + byteOffset(row, column));
        }
        int run = column / WORD_COLUMNS;
        int word = data.get(SHORT, group + 2L * (run * Q4_ROWS + slot(row)));
        return ((word >> (4 * (column % WORD_COLUMNS))) & 15) - 8;
    }

    /**
     * Stores one row of a group.
     *
     * @param block the bytes of a block
     * @param row of the block
     * @param values {@code GROUP} integers in the format's range
     * @param scale a float whose lower half is zero
     */
    void storeGroupRow(byte[] block, int group, int row, int[] values, float scale) {
        int elements = group * elementBytes();
        if (format == MatrixFormat.Q8) {
            for (int column = 0; column < GROUP; column++) {
                block[elements + (int) byteOffset(row, column)] = (byte) values[column];
            }
        } else {
            int at = elements + 2 * slot(row);
            for (int column = 0; column < GROUP; column += WORD_COLUMNS) {
                block[at] = (byte) (values[column] + 8 | (values[column + 1] + 8) << 4);
                block[at + 1] = (byte) (values[column + 2] + 8 | (values[column + 3] + 8) << 4);
                at += 2 * Q4_ROWS;
            }
        }
        int bits = Float.floatToRawIntBits(scale) >>> 16;
        int at = (int) scaleOffset(0, group) + 2 * slot(row);
        block[at] = (byte) bits;
        block[at + 1] = (byte) (bits >>> 8);
    }
}
