package io.github.glmjava.tensor;

/**
 * Keys and values as 8-bit integers, every 32 features of a position with a scale: the largest magnitude becomes 127. Four
 * rows of a panel are interleaved, so that a vector of 32-bit lanes holds all four and is taken apart by shifts.
 */
class Q8Page extends KeyValuePage {
    /** Features that share a scale; the values' are those of one panel. */
    static final int GROUP = WIDTH;

    private final byte[] keys;
    private final byte[] values;

    /** For each panel of keys {@code groups of features x WIDTH}. */
    private final float[] keyScales;

    /** For each panel of values one a position. */
    private final float[] valueScales;

    private final int scaleRows;

    Q8Page(int groups, int keySize, int valueSize) {
        super(keySize, valueSize);
        scaleRows = Math.ceilDiv(keySize, GROUP);
        keys = new byte[keyElements(groups)];
        values = new byte[valueElements(groups)];
        keyScales = new float[groups * AttentionTile.PAGE * scaleRows];
        valueScales = new float[values.length / WIDTH];
    }

    /** Where, within a panel, the element of this row and lane is. */
    private static int place(int row, int lane) {
        return (row & ~3) * WIDTH + 4 * lane + (row & 3);
    }

    private int keyScaleStart(int group, int panel) {
        return keyStart(group, panel) / (keyDepth * WIDTH) * scaleRows * WIDTH;
    }

    @Override
    public final void storeKey(int group, int slot, float[] source, int offset) {
        int panel = slot / WIDTH;
        int lane = slot % WIDTH;
        int start = keyStart(group, panel);
        for (int first = 0; first < keySize(); first += GROUP) {
            int end = Math.min(first + GROUP, keySize());
            float largest = largest(source, offset + first, offset + end);
            keyScales[keyScaleStart(group, panel) + first / GROUP * WIDTH + lane] = largest / 127;
            float inverse = largest == 0 ? 0 : 127 / largest;
            for (int i = first; i < end; i++) {
                keys[start + place(i, lane)] = round(source[offset + i] * inverse);
            }
        }
    }

    @Override
    public final void storeValue(int group, int slot, float[] source, int offset) {
        for (int first = 0; first < valueSize(); first += GROUP) {
            int count = Math.min(GROUP, valueSize() - first);
            int start = valueStart(group, first / WIDTH);
            float largest = largest(source, offset + first, offset + first + count);
            valueScales[start / WIDTH + slot] = largest / 127;
            float inverse = largest == 0 ? 0 : 127 / largest;
            for (int i = 0; i < count; i++) {
                values[start + place(slot, i)] = round(source[offset + first + i] * inverse);
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
    final float[] keys(int group, int panel, float[] scratch) {
        unpackKeys(keys, keyStart(group, panel), keyDepth, keyScales, keyScaleStart(group, panel), scratch);
        return scratch;
    }

    @Override
    final float[] values(int group, int panel, int slots, float[] scratch) {
        int start = valueStart(group, panel);
        unpackValues(values, start, Math.ceilDiv(slots, 4) * 4, valueScales, start / WIDTH, scratch);
        return scratch;
    }

    /** Turns a panel of keys to floats; the number of rows is a multiple of 4. */
    void unpackKeys(byte[] source, int start, int rows, float[] scales, int scaleStart, float[] target) {
        for (int row = 0; row < rows; row++) {
            for (int lane = 0; lane < WIDTH; lane++) {
                float scale = scales[scaleStart + row / GROUP * WIDTH + lane];
                target[row * WIDTH + lane] = source[start + place(row, lane)] * scale;
            }
        }
    }

    /** Turns rows of a panel of values to floats; the number of rows is a multiple of 4. */
    void unpackValues(byte[] source, int start, int rows, float[] scales, int scaleStart, float[] target) {
        for (int row = 0; row < rows; row++) {
            for (int lane = 0; lane < WIDTH; lane++) {
                target[row * WIDTH + lane] = source[start + place(row, lane)] * scales[scaleStart + row];
            }
        }
    }
}
