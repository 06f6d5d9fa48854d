package io.github.glmjava.tensor;

/** Keys and values as the upper halves of floats. */
class BF16Page extends KeyValuePage {
    /** Panels of keys, then panels of values. */
    final short[] elements;

    BF16Page(int width, int groups, int keySize, int valueSize) {
        super(width, groups, keySize, valueSize);
        elements = new short[elements()];
    }

    @Override
    public final void storeKey(int group, int slot, float[] source, int offset) {
        int target = keyStart(group, slot / width) + place(0, slot % width);
        for (int i = 0; i < keySize(); i++) {
            elements[target + i * width] = BFloat16.round(source[offset + i]);
        }
    }

    @Override
    public final void storeValue(int group, int slot, float[] source, int offset) {
        for (int i = 0; i < valueSize(); i++) {
            elements[valueStart(group, i / width) + place(slot, i % width)] = BFloat16.round(source[offset + i]);
        }
    }

    @Override
    final void unpackKeys(int group, int panel, float[] target) {
        unpack(keyStart(group, panel), keySize(), target);
    }

    @Override
    final void unpackValues(int group, int panel, int slots, float[] target) {
        unpack(valueStart(group, panel), slots, target);
    }

    private void unpack(int start, int rows, float[] target) {
        for (int row = 0; row < rows; row++) {
            for (int lane = 0; lane < width; lane++) {
                target[row * width + lane] = BFloat16.toFloat(elements[start + place(row, lane)]);
            }
        }
    }

    /**
     * Where, within a panel, the element of this row and lane is. The two halves of a row are
     * interleaved: a vector of 32-bit lanes that is loaded from it holds pairs of which each half makes one vector.
     */
    private int place(int row, int lane) {
        int half = width / 2;
        return row * width + 2 * (lane % half) + lane / half;
    }
}
