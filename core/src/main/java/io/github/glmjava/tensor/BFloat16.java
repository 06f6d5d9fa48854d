package io.github.glmjava.tensor;

/** The upper half of a float: 8 bits of exponent, 7 of mantissa. */
public final class BFloat16 {
    private BFloat16() {}

    /** Rounds to nearest, ties to even; not-a-number stays so. */
    public static short round(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40); // the bits that say so may be in the lower half
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The float that it stands for. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
