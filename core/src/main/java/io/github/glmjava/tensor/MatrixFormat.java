package io.github.glmjava.tensor;

/** How the elements of a weight matrix are stored; everything is little-endian. */
public enum MatrixFormat {
    /** IEEE 754 binary32, row-major. */
    F32(32),
    /** IEEE 754 binary16, row-major. */
    F16(16),
    /** The upper half of a binary32, row-major: 8 bits of exponent, 7 of mantissa. */
    BF16(16),
    /** Signed 8-bit integers, row-major; {@link RowScaledMatrix} adds scales. */
    I8(8),
    /**
     * Signed 4-bit integers, row-major, an even number a row; of a byte's two the upper half comes first.
     * {@link RowScaledMatrix} adds scales.
     */
    I4(4),
    /** 8-bit integers with a scale for every 32 columns of a row: {@link BlockLayout}. */
    Q8(8),
    /** 4-bit integers with a scale for every 32 columns of a row: {@link BlockLayout}. */
    Q4(4);

    private final int bits;

    MatrixFormat(int bits) {
        this.bits = bits;
    }

    /** The bits of one element, without scales. */
    int bits() {
        return bits;
    }

    /** Whether elements are integers in blocks that carry their scales. */
    public boolean isQuantized() {
        return this == Q8 || this == Q4;
    }

    /** The bytes that a matrix of this shape takes. */
    public long bytes(int rows, int columns) {
        return isQuantized()
                ? BlockLayout.of(this, columns).bytes(rows)
                : Math.multiplyExact((long) rows, Math.ceilDiv((long) columns * bits, 8));
    }
}
