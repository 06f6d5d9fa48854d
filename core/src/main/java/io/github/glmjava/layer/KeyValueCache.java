package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.KeyValuePage;
import java.util.Arrays;

/**
 * The keys and values of one sequence. Memory comes in pages of {@link AttentionTile#PAGE} positions and grows with the
 * conversation. Not safe for use by several threads, except that distinct positions may be stored at the same time.
 */
public final class KeyValueCache {
    private static final int PAGE = AttentionTile.PAGE;

    private final AttentionConfig attention;
    private final Kernels kernels;
    private final CacheFormat format;

    /** {@code [layer][page]}. */
    private final KeyValuePage[][] layers;

    private int pages;

    /** An empty cache for a model of this shape. */
    public KeyValueCache(GlmConfig config, Kernels kernels, CacheFormat format) {
        attention = config.attention();
        this.kernels = kernels;
        this.format = format;
        layers = new KeyValuePage[config.layers()][0];
    }

    /** Memory that one position takes, in all layers together. */
    public static long bytesPerToken(GlmConfig config, CacheFormat format) {
        AttentionConfig attention = config.attention();
        return config.layers()
                * KeyValuePage.bytes(format, attention.groups(), attention.keySize(), attention.valueSize())
                / PAGE;
    }

    /** Makes room for positions below {@code length}. */
    void reserve(int length) {
        int needed = Math.ceilDiv(length, PAGE);
        if (needed <= pages) {
            return;
        }
        for (int layer = 0; layer < layers.length; layer++) {
            KeyValuePage[] grown = Arrays.copyOf(layers[layer], needed);
            for (int i = pages; i < needed; i++) {
                grown[i] = kernels.page(format, attention.groups(), attention.keySize(), attention.valueSize());
            }
            layers[layer] = grown;
        }
        pages = needed;
    }

    /** Gives back the pages that hold no position below {@code length}, but one to grow into. */
    void shrink(int length) {
        int kept = Math.min(pages, Math.ceilDiv(length, PAGE) + 1);
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = Arrays.copyOf(layers[layer], kept);
        }
        pages = kept;
    }

    /** Stores one position's key of one group; {@code source} holds {@code keySize} features from {@code offset} on. */
    void storeKey(int layer, int group, int position, float[] source, int offset) {
        page(layer, position / PAGE).storeKey(group, position % PAGE, source, offset);
    }

    /** Stores one position's value of one group. */
    void storeValue(int layer, int group, int position, float[] source, int offset) {
        page(layer, position / PAGE).storeValue(group, position % PAGE, source, offset);
    }

    /** The positions of a layer from {@code page * PAGE} on. */
    KeyValuePage page(int layer, int page) {
        return layers[layer][page];
    }
}
