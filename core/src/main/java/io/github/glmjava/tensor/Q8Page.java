package io.github.glmjava.tensor;

/**
 * Keys and values as 8-bit integers, every 32 features of a position with a scale: the largest magnitude becomes 127. A panel is
 * stored row by row, each lane's byte behind that of the lane before.
 */
class Q8Page extends KeyValuePage {
    /** Features that share a scale. */
    static final int GROUP = 32;

    /** Panels of keys, then panels of values. */
    final byte[] elements;

    /** For each panel of keys {@code groups of features x width}. */
    final float[] keyScales;

    /** For each group of features of values one a position. */
    final float[] valueScales;

    private final int keyScaleRows;

    /** @param slack bytes behind the last element that may be read */
    Q8Page(int width, int groups, int keySize, int valueSize, int slack) {
        super(width, groups, keySize, valueSize);
        keyScaleRows = Math.ceilDiv(keySize, GROUP);
        elements = new byte[elements() + slack];
        keyScales = new float[groups * AttentionTile.PAGE * keyScaleRows];
        valueScales = new float[valueScaleStart(groups, 0)];
    }

    /** Where the scales of the panel of keys begin that begins at {@code keys}. */
    final int keyScaleStart(int keys) {
        return keys / keySize() * keyScaleRows;
    }

    /** Where the scales of the positions begin that those of a panel of values share. */
    final int valueScaleStart(int group, int panel) {
        return (group * valuePanels + panel) * width / GROUP * AttentionTile.PAGE;
    }

    @Override
    public final void storeKey(int group, int slot, float[] source, int offset) {
        int panel = slot / width;
        int lane = slot % width;
        int start = keyStart(group, panel);
        for (int first = 0; first < keySize(); first += GROUP) {
            int end = Math.min(first + GROUP, keySize());
            float largest = largest(source, offset + first, offset + end);
            keyScales[keyScaleStart(start) + first / GROUP * width + lane] = largest / 127;
            float inverse = largest == 0 ? 0 : 127 / largest;
            for (int i = first; i < end; i++) {
                elements[start + i * width + lane] = round(source[offset + i] * inverse);
            }
        }
    }

    @Override
    public final void storeValue(int group, int slot, float[] source, int offset) {
        for (int first = 0; first < valueSize(); first += GROUP) {
            int end = Math.min(first + GROUP, valueSize());
            float largest = largest(source, offset + first, offset + end);
            valueScales[valueScaleStart(group, first / width) + slot] = largest / 127;
            float inverse = largest == 0 ? 0 : 127 / largest;
            for (int i = first; i < end; i++) {
                elements[valueStart(group, i / width) + slot * width + i % width] = round(source[offset + i] * inverse);
            }
        }
    }

    private static float largest(float[] source, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(source[i]));
        }
        return largest;
    }

    private static byte round(float value) {
        return (byte) Math.rint(value);
    }

    @Override
    final void unpackKeys(int group, int panel, float[] target) {
        int start = keyStart(group, panel);
        for (int row = 0; row < keySize(); row++) {
            int scales = keyScaleStart(start) + row / GROUP * width;
            for (int lane = 0; lane < width; lane++) {
                target[row * width + lane] = elements[start + row * width + lane] * keyScales[scales + lane];
            }
        }
    }

    @Override
    final void unpackValues(int group, int panel, int slots, float[] target) {
        int start = valueStart(group, panel);
        int scales = valueScaleStart(group, panel);
        for (int row = 0; row < slots; row++) {
            for (int lane = 0; lane < width; lane++) {
                target[row * width + lane] = elements[start + row * width + lane] * valueScales[scales + row];
            }
        }
    }
}
