package io.github.glmjava.tensor;

/**
 * Activations as a matrix format's kernels want them: made once for each product, used by all workers. Each format uses
 * the arrays that it needs. Grows and is used again.
 */
final class Activations {
    /** Floats in the kernels' order; or integers of two tokens each: {@link TokenPairs}. */
    float[] floats = new float[0];

    /** Whether the product is computed in plain Java: {@link PlainStart}. */
    boolean plain;

    /** Factors of words: {@link WordFactors}. */
    int[] integers = new int[0];

    /** What the integers of a group are to be multiplied with, divided by 65536. */
    float[] scales = floats;

    /** What a kernel starts the sums of a group of pairs with: {@link WordPairs}. */
    float[] starts = floats;

    /** What a kernel starts a group's 16-bit sum with, in both halves of an int. */
    int[] integerStarts = integers;

    /** So many tokens, rounded up to whole tiles of {@code tileTokens}. */
    static int tiled(int tokens, int tileTokens) {
        return Math.ceilDiv(tokens, tileTokens) * tileTokens;
    }

    /**
     * Where a token's activation of a column lies, if those of one column are adjacent for {@code tileTokens} tokens; the next
     * column is as much further.
     */
    private static int interleaved(int token, int column, int columns, int tileTokens) {
        return (token / tileTokens * columns + column) * tileTokens + token % tileTokens;
    }

    /**
     * Where a token's activation of a column lies, if panels of columns follow each other and in each the activations are {@link
     * #interleaved}: a panel is multiplied with all tokens before the next, so that they are read on and on.
     */
    static int inPanels(int token, int column, int tokens, int columns, int tileTokens, int panelColumns) {
        int panel = column / panelColumns * panelColumns;
        return panel * tiled(tokens, tileTokens)
                + interleaved(token, column - panel, Math.min(panelColumns, columns - panel), tileTokens);
    }

    /** Makes room for so many floats. */
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }

    /** Makes room for so many groups of words' factors. */
    void integers(int groups) {
        int count = Math.multiplyExact(groups, BlockLayout.GROUP);
        if (integers.length < count) {
            integers = new int[count];
        }
        if (integerStarts.length < groups) {
            integerStarts = new int[groups];
        }
        scales(groups);
    }

    /** Makes room for so many groups of pairs. */
    void pairs(int groups) {
        floats(Math.multiplyExact(groups, BlockLayout.GROUP));
        scales(Math.multiplyExact(groups, TokenPairs.TOKENS));
        if (starts.length <= groups) {
            starts = new float[groups + 1]; // one more, as kernels load the next while they end a group
        }
    }

    private void scales(int count) {
        if (scales.length < count) {
            scales = new float[count];
        }
    }
}
