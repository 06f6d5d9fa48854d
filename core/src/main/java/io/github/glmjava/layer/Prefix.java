package io.github.glmjava.layer;

/**
 * Keys and values that come before every sequence: a trained prefix of P-Tuning v2 (Liu et al. 2021). Its slots are seen
 * by every token and take no positions. Immutable.
 */
public final class Prefix {
    private final int length;
    private final float[] features;

    /**
     * @param length the number of slots
     * @param features {@code length x layers x (groups x keySize + groups x valueSize)}; not copied
     */
    public Prefix(int length, float[] features) {
        this.length = length;
        this.features = features;
    }

    /** The number of slots. */
    public int length() {
        return length;
    }

    /** The features of one slot. */
    public static int width(GlmConfig config) {
        AttentionConfig attention = config.attention();
        return Math.multiplyExact(config.layers(), attention.groups() * (attention.keySize() + attention.valueSize()));
    }

    /** Puts the slots at the beginning of an empty cache. */
    void store(KeyValueCache cache, GlmConfig config) {
        AttentionConfig attention = config.attention();
        cache.reserve(length);
        int at = 0;
        for (int slot = 0; slot < length; slot++) {
            for (int layer = 0; layer < config.layers(); layer++) {
                for (int group = 0; group < attention.groups(); group++, at += attention.keySize()) {
                    cache.storeKey(layer, group, slot, features, at);
                }
                for (int group = 0; group < attention.groups(); group++, at += attention.valueSize()) {
                    cache.storeValue(layer, group, slot, features, at);
                }
            }
        }
    }
}
