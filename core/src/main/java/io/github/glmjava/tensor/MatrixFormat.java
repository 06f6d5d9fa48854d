package io.github.glmjava.tensor;

/** How the elements of a weight matrix are stored; all are little-endian and row-major. */
public enum MatrixFormat {
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary16. */
    F16(2),
    /** The upper half of a binary32: 8 bits of exponent, 7 of mantissa. */
    BF16(2);

    private final int bytesPerElement;

    MatrixFormat(int bytesPerElement) {
        this.bytesPerElement = bytesPerElement;
    }

    /** The size of one stored element in bytes. */
    public int bytesPerElement() {
        return bytesPerElement;
    }
}
