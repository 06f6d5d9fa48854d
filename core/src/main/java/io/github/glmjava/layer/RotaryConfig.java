package io.github.glmjava.layer;

/**
 * The rotary position embedding (Su et al. 2021): pair i of a head's leading features turns by
 * {@code position / positionScale * base^(-2i / size)}. Where tokens have two positions, the first turns the leading
 * {@code size} features and the second the next.
 *
 * @param size the features that one position turns, an even number; 0 where positions turn nothing
 * @param base the base of the frequencies
 * @param positionScale positions are divided by this before they turn anything: 1 except for interpolated contexts
 * @param pairing which features make a pair
 * @param axes the positions that turn something, 1 or 2
 * @param halfPrecision whether the frequencies are rounded to 16-bit floats, as those of ChatGLM-6B are
 */
public record RotaryConfig(
        int size, double base, double positionScale, Pairing pairing, int axes, boolean halfPrecision) {
    /** Which features make a pair. */
    public enum Pairing {
        /** Neighbours: 2i and 2i + 1. */
        NEIGHBOURS,
        /** One of each half: i and {@code size / 2 + i}. */
        HALVES
    }

    /** Turns pairs by one unscaled position. */
    public RotaryConfig(int size, double base, Pairing pairing) {
        this(size, base, 1, pairing, 1, false);
    }

    /** Positions turn nothing. */
    public static RotaryConfig none() {
        return new RotaryConfig(0, 1, 1, Pairing.NEIGHBOURS, 1, false);
    }

    /** The same with interpolated positions. */
    public RotaryConfig withPositionScale(double scale) {
        return new RotaryConfig(size, base, scale, pairing, axes, halfPrecision);
    }
}
