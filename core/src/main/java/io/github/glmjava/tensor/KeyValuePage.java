package io.github.glmjava.tensor;

/**
 * The keys and values of {@link AttentionTile#PAGE} positions of one layer, in panels that attention reads from beginning
 * to end. A panel is {@code depth x width}: of keys, the lanes are positions and the depth their features; of values, the
 * lanes are features and the depth the positions. So neither of the two products of attention needs a sum over lanes.
 *
 * <p>Distinct positions may be stored by several threads at the same time; else not safe for use by several threads.
 */
public abstract class KeyValuePage {
    /** Lanes of a panel, an even number that divides {@link AttentionTile#PADDING}: two vectors of those that read it. */
    final int width;

    /** Panels of the keys of a group. */
    final int keyPanels;

    /** Panels of the values of a group. */
    final int valuePanels;

    private final int groups;
    private final int keySize;
    private final int valueSize;

    KeyValuePage(int width, int groups, int keySize, int valueSize) {
        this.width = width;
        this.groups = groups;
        this.keySize = keySize;
        this.valueSize = valueSize;
        keyPanels = AttentionTile.PAGE / width;
        valuePanels = AttentionTile.padded(valueSize) / width;
    }

    /** The memory of one page. */
    public static long bytes(CacheFormat format, int groups, int keySize, int valueSize) {
        long keys = (long) groups * keySize * AttentionTile.PAGE;
        long values = (long) groups * AttentionTile.padded(valueSize) * AttentionTile.PAGE;
        return switch (format) {
            case F32 -> Float.BYTES * (keys + values);
            case BF16 -> Short.BYTES * (keys + values);
            case Q8 ->
                keys
                        + values
                        + (long) Float.BYTES * groups * Math.ceilDiv(keySize, Q8Page.GROUP) * AttentionTile.PAGE
                        + Float.BYTES * values / Q8Page.GROUP;
        };
    }

    final int keySize() {
        return keySize;
    }

    final int valueSize() {
        return valueSize;
    }

    /** Elements of all keys and, behind them, all values. */
    final int elements() {
        return Math.addExact(
                Math.multiplyExact(groups * keyPanels, keySize * width),
                Math.multiplyExact(groups * valuePanels, AttentionTile.PAGE * width));
    }

    /** Where a panel of keys begins. */
    final int keyStart(int group, int panel) {
        return (group * keyPanels + panel) * keySize * width;
    }

    /** Where a panel of values begins. */
    final int valueStart(int group, int panel) {
        return keyStart(groups, 0) + (group * valuePanels + panel) * AttentionTile.PAGE * width;
    }

    /**
     * Stores the key of one position.
     *
     * @param slot 0 to {@code PAGE - 1}
     * @param source holds the features from {@code offset} on
     */
    public abstract void storeKey(int group, int slot, float[] source, int offset);

    /** Stores the value of one position. */
    public abstract void storeValue(int group, int slot, float[] source, int offset);

    /**
     * Turns a panel of keys to floats.
     *
     * @param panel the positions from {@code panel * width} on
     * @param target receives {@code keySize x width}
     */
    abstract void unpackKeys(int group, int panel, float[] target);

    /**
     * Turns the first positions of a panel of values to floats.
     *
     * @param panel the features from {@code panel * width} on
     * @param slots how many positions
     * @param target receives {@code slots x width}
     */
    abstract void unpackValues(int group, int panel, int slots, float[] target);
}
