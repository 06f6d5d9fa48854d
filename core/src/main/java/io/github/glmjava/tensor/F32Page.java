package io.github.glmjava.tensor;

/** Keys and values as 32-bit floats, read where they lie. */
final class F32Page extends KeyValuePage {
    private final float[] keys;
    private final float[] values;

    F32Page(int groups, int keySize, int valueSize) {
        super(keySize, valueSize);
        keys = new float[keyElements(groups)];
        values = new float[valueElements(groups)];
    }

    @Override
    public void storeKey(int group, int slot, float[] source, int offset) {
        int target = keyStart(group, slot / WIDTH) + slot % WIDTH;
        for (int i = 0; i < keySize(); i++) {
            keys[target + i * WIDTH] = source[offset + i];
        }
    }

    @Override
    public void storeValue(int group, int slot, float[] source, int offset) {
        for (int i = 0; i < valueSize(); i += WIDTH) {
            int target = valueStart(group, i / WIDTH) + slot * WIDTH;
            System.arraycopy(source, offset + i, values, target, Math.min(WIDTH, valueSize() - i));
        }
    }

    @Override
    float[] keys(int group, int panel, float[] scratch) {
        return keys;
    }

    @Override
    int keyOffset(int group, int panel) {
        return keyStart(group, panel);
    }

    @Override
    float[] values(int group, int panel, int slots, float[] scratch) {
        return values;
    }

    @Override
    int valueOffset(int group, int panel) {
        return valueStart(group, panel);
    }
}
