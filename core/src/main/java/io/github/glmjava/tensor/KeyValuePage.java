package io.github.glmjava.tensor;

/**
 * The keys and values of {@link AttentionTile#PAGE} positions of one layer, in panels that attention reads from beginning
 * to end. A panel is {@code depth x WIDTH}: of keys, the lanes are positions and the depth their features; of values, the
 * lanes are features and the depth the positions. So neither of the two products of attention needs a sum over lanes.
 *
 * <p>Distinct positions may be stored by several threads at the same time; else not safe for use by several threads.
 */
public abstract class KeyValuePage {
    /** Lanes of a panel: two of the widest vectors. */
    static final int WIDTH = 32;

    /** Panels of the keys of a group. */
    private static final int KEY_PANELS = AttentionTile.PAGE / WIDTH;

    private final int keySize;
    private final int valueSize;

    /** Features of a key, rounded up to what formats pack together. */
    final int keyDepth;

    /** Panels of the values of a group. */
    final int valuePanels;

    KeyValuePage(int keySize, int valueSize) {
        this.keySize = keySize;
        this.valueSize = valueSize;
        keyDepth = keyDepth(keySize);
        valuePanels = Math.ceilDiv(valueSize, WIDTH);
    }

    private static int keyDepth(int keySize) {
        return Math.ceilDiv(keySize, 4) * 4;
    }

    /** The memory of one page. */
    public static long bytes(CacheFormat format, int groups, int keySize, int valueSize) {
        long keys = (long) groups * keyDepth(keySize) * AttentionTile.PAGE;
        long values = (long) groups * AttentionTile.padded(valueSize) * AttentionTile.PAGE;
        return switch (format) {
            case F32 -> Float.BYTES * (keys + values);
            case BF16 -> Short.BYTES * (keys + values);
            case Q8 ->
                keys
                        + values
                        + (long) Float.BYTES * groups * Math.ceilDiv(keySize, Q8Page.GROUP) * AttentionTile.PAGE
                        + Float.BYTES * values / WIDTH;
        };
    }

    final int keySize() {
        return keySize;
    }

    final int valueSize() {
        return valueSize;
    }

    /** Elements of all keys. */
    final int keyElements(int groups) {
        return Math.multiplyExact(groups * KEY_PANELS, keyDepth * WIDTH);
    }

    /** Elements of all values. */
    final int valueElements(int groups) {
        return Math.multiplyExact(groups * valuePanels, AttentionTile.PAGE * WIDTH);
    }

    /** Where a panel of keys begins. */
    final int keyStart(int group, int panel) {
        return (group * KEY_PANELS + panel) * keyDepth * WIDTH;
    }

    /** Where a panel of values begins. */
    final int valueStart(int group, int panel) {
        return (group * valuePanels + panel) * AttentionTile.PAGE * WIDTH;
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
     * A panel of keys as floats.
     *
     * @param panel the positions from {@code panel * WIDTH} on
     * @param scratch room for a panel
     * @return an array that holds the panel from {@link #keyOffset} on: the page's own, or {@code scratch}
     */
    abstract float[] keys(int group, int panel, float[] scratch);

    /** Where in the array that {@link #keys} returns the panel begins. */
    int keyOffset(int group, int panel) {
        return 0;
    }

    /**
     * The first positions of a panel of values as floats.
     *
     * @param panel the features from {@code panel * WIDTH} on
     * @param slots how many positions
     * @param scratch room for a panel
     * @return an array that holds the panel from {@link #valueOffset} on: the page's own, or {@code scratch}
     */
    abstract float[] values(int group, int panel, int slots, float[] scratch);

    /** Where in the array that {@link #values} returns the panel begins. */
    int valueOffset(int group, int panel) {
        return 0;
    }
}
