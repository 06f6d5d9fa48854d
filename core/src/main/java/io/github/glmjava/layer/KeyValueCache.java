package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionTile;
import java.util.Arrays;

/**
 * The keys and values of one sequence. Memory comes in pages of {@link AttentionTile#PAGE} positions and grows with the
 * conversation. Within a page keys lie feature by feature and values position by position, as attention reads them.
 * Not safe for use by several threads, except that distinct positions may be stored at the same time.
 */
public final class KeyValueCache {
    private static final int PAGE = AttentionTile.PAGE;

    private final int queryGroups;
    private final int headSize;
    private final int paddedHeadSize;

    /** {@code [layer][page]}, a key page being {@code groups x headSize x PAGE}. */
    private final float[][][] keys;

    /** {@code [layer][page]}, a value page being {@code groups x PAGE x paddedHeadSize}. */
    private final float[][][] values;

    private int pages;

    /** An empty cache for a model of this shape. */
    public KeyValueCache(GlmConfig config) {
        queryGroups = config.attention().groups();
        headSize = config.attention().keySize();
        paddedHeadSize = AttentionTile.padded(headSize);
        keys = new float[config.layers()][0][];
        values = new float[config.layers()][0][];
    }

    /** Memory that one position takes, in all layers together. */
    public static long bytesPerToken(GlmConfig config) {
        AttentionConfig attention = config.attention();
        int features = attention.keySize() + AttentionTile.padded(attention.valueSize());
        return (long) Float.BYTES * config.layers() * attention.groups() * features;
    }

    /** Makes room for positions below {@code length}. */
    void reserve(int length) {
        int needed = Math.ceilDiv(length, PAGE);
        if (needed <= pages) {
            return;
        }
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = grow(keys[layer], needed, queryGroups * headSize * PAGE);
            values[layer] = grow(values[layer], needed, queryGroups * PAGE * paddedHeadSize);
        }
        pages = needed;
    }

    private static float[][] grow(float[][] old, int pages, int pageSize) {
        float[][] grown = Arrays.copyOf(old, pages);
        for (int i = old.length; i < pages; i++) {
            grown[i] = new float[pageSize];
        }
        return grown;
    }

    /** Gives back the pages that hold no position below {@code length}, but one to grow into. */
    void shrink(int length) {
        int kept = Math.min(pages, Math.ceilDiv(length, PAGE) + 1);
        for (int layer = 0; layer < keys.length; layer++) {
            keys[layer] = Arrays.copyOf(keys[layer], kept);
            values[layer] = Arrays.copyOf(values[layer], kept);
        }
        pages = kept;
    }

    /** Stores one position's key of one group; {@code source} holds {@code headSize} features from {@code offset} on. */
    void storeKey(int layer, int group, int position, float[] source, int offset) {
        float[] page = keys[layer][position / PAGE];
        int target = keyOffset(group) + position % PAGE;
        for (int i = 0; i < headSize; i++) {
            page[target + i * PAGE] = source[offset + i];
        }
    }

    /** Stores one position's value of one group. */
    void storeValue(int layer, int group, int position, float[] source, int offset) {
        float[] page = values[layer][position / PAGE];
        System.arraycopy(source, offset, page, valueOffset(group) + position % PAGE * paddedHeadSize, headSize);
    }

    float[] keyPage(int layer, int page) {
        return keys[layer][page];
    }

    float[] valuePage(int layer, int page) {
        return values[layer][page];
    }

    /** Where a group's keys begin in a page. */
    int keyOffset(int group) {
        return group * headSize * PAGE;
    }

    /** Where a group's values begin in a page. */
    int valueOffset(int group) {
        return group * PAGE * paddedHeadSize;
    }
}
