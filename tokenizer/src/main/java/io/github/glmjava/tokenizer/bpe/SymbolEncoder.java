package io.github.glmjava.tokenizer.bpe;

/**
 * Makes of a sequence of symbols what merging makes of it: long ones from left to right if the vocabulary allows it, others
 * by merging. Holds scratch memory, to be used again; not safe
 * for use by several threads.
 */
public final class SymbolEncoder {
    /** So few merge faster than they are encoded from left to right: words that no text repeats, by a third. */
    private static final int FEW_SYMBOLS = 32;

    private final ChainsOnDemand chains;
    private final PairMerger merger;
    private int[] tokens = new int[64];
    private long[] deadEnds = new long[2];

    /**
     * @param chains of the same vocabulary
     * @param merges what merges
     */
    public SymbolEncoder(ChainsOnDemand chains, Merges merges) {
        this.chains = chains;
        this.merger = new PairMerger(merges, null);
    }

    /**
     * Encodes in place.
     *
     * @param symbols the sequence lies in {@code symbols[from..from + count)}; none is negative
     * @return the number of tokens, which lie from {@code from} on
     */
    public int encode(int[] symbols, int from, int count) {
        TokenChains made = count <= FEW_SYMBOLS ? null : chains.forWord(count);
        if (made == null || !made.isUsable()) {
            return merger.merge(symbols, from, count);
        }
        if (tokens.length < count) {
            tokens = new int[Math.max(count, tokens.length * 2)];
            deadEnds = new long[tokens.length / Long.SIZE + 1];
        }
        int size = made.encode(symbols, from, count, tokens, deadEnds);
        System.arraycopy(tokens, 0, symbols, from, size);
        return size;
    }
}
