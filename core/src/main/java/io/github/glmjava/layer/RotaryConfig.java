package io.github.glmjava.layer;

/**
 * The rotary position embedding (Su et al. 2021): pair i of a head's leading features turns by
 * {@code position / positionScale * base^(-2i / size)}.
 *
 * @param size the features that are turned, an even number
 * @param base the base of the frequencies
 * @param positionScale positions are divided by this before they turn anything: 1 except for interpolated contexts
 * @param pairing which features make a pair
 */
public record RotaryConfig(int size, double base, double positionScale, Pairing pairing) {
    /** Which features make a pair. */
    public enum Pairing {
        /** Neighbours: 2i and 2i + 1. */
        NEIGHBOURS,
        /** One of each half: i and {@code size / 2 + i}. */
        HALVES
    }

    /** Turns pairs of neighbours at unscaled positions. */
    public RotaryConfig(int size, double base) {
        this(size, base, 1, Pairing.NEIGHBOURS);
    }

    /** The same with interpolated positions. */
    public RotaryConfig withPositionScale(double scale) {
        return new RotaryConfig(size, base, scale, pairing);
    }
}
