package io.github.glmjava.tensor;

/** Keys and values as 32-bit floats. */
class F32Page extends KeyValuePage {
    /** Panels of keys, then panels of values. */
    final float[] elements;

    F32Page(int width, int groups, int keySize, int valueSize) {
        super(width, groups, keySize, valueSize);
        elements = new float[elements()];
    }

    @Override
    public final void storeKey(int group, int slot, float[] source, int offset) {
        int target = keyStart(group, slot / width) + slot % width;
        for (int i = 0; i < keySize(); i++) {
            elements[target + i * width] = source[offset + i];
        }
    }

    @Override
    public final void storeValue(int group, int slot, float[] source, int offset) {
        for (int i = 0; i < valueSize(); i += width) {
            int target = valueStart(group, i / width) + slot * width;
            System.arraycopy(source, offset + i, elements, target, Math.min(width, valueSize() - i));
        }
    }

    @Override
    final void unpackKeys(int group, int panel, float[] target) {
        System.arraycopy(elements, keyStart(group, panel), target, 0, keySize() * width);
    }

    @Override
    final void unpackValues(int group, int panel, int slots, float[] target) {
        System.arraycopy(elements, valueStart(group, panel), target, 0, slots * width);
    }
}
