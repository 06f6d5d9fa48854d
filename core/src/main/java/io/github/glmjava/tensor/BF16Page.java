package io.github.glmjava.tensor;

/**
 * Keys and values as the upper halves of floats. Two rows of a panel are interleaved, so that a vector of 32-bit lanes
 * holds both and is taken apart by a shift and a mask.
 */
class BF16Page extends KeyValuePage {
    private final short[] keys;
    private final short[] values;

    BF16Page(int groups, int keySize, int valueSize) {
        super(keySize, valueSize);
        keys = new short[keyElements(groups)];
        values = new short[valueElements(groups)];
    }

    /** Where, within a panel, the element of this row and lane is. */
    private static int place(int row, int lane) {
        return (row & ~1) * WIDTH + 2 * lane + (row & 1);
    }

    @Override
    public final void storeKey(int group, int slot, float[] source, int offset) {
        int start = keyStart(group, slot / WIDTH);
        for (int i = 0; i < keySize(); i++) {
            keys[start + place(i, slot % WIDTH)] = BFloat16.round(source[offset + i]);
        }
    }

    @Override
    public final void storeValue(int group, int slot, float[] source, int offset) {
        for (int i = 0; i < valueSize(); i++) {
            values[valueStart(group, i / WIDTH) + place(slot, i % WIDTH)] = BFloat16.round(source[offset + i]);
        }
    }

    @Override
    final float[] keys(int group, int panel, float[] scratch) {
        unpack(keys, keyStart(group, panel), keyDepth, scratch);
        return scratch;
    }

    @Override
    final float[] values(int group, int panel, int slots, float[] scratch) {
        unpack(values, valueStart(group, panel), Math.ceilDiv(slots, 2) * 2, scratch);
        return scratch;
    }

    /** Turns an even number of rows of a panel to floats. */
    void unpack(short[] source, int start, int rows, float[] target) {
        for (int row = 0; row < rows; row++) {
            for (int lane = 0; lane < WIDTH; lane++) {
                target[row * WIDTH + lane] = Float.intBitsToFloat(source[start + place(row, lane)] << 16);
            }
        }
    }
}
