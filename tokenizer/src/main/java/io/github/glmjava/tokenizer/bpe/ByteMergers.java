package io.github.glmjava.tokenizer.bpe;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lends out what encoding a text needs in scratch memory. One text's serves the next, unless another thread has it now. Thread-safe. */
public final class ByteMergers {
    private final ByteStrings tokens;
    private final int @Nullable [] tokenIds;
    private final int[] singleBytes;
    private final Merges merges;
    private final TokenChains chains;
    private final AtomicReference<@Nullable ByteMerger> spare = new AtomicReference<>();

    /**
     * @param tokens the words that become one token each
     * @param tokenIds their ids; null if they are the numbers of the words
     * @param singleBytes the id of each byte
     * @param merges what merges
     * @param chains of the same vocabulary
     */
    public ByteMergers(
            ByteStrings tokens, int @Nullable [] tokenIds, int[] singleBytes, Merges merges, TokenChains chains) {
        this.tokens = tokens;
        this.tokenIds = tokenIds;
        this.singleBytes = singleBytes;
        this.merges = merges;
        this.chains = chains;
    }

    /** Takes one for a text of so many characters, to be given back. */
    public ByteMerger take(int length) {
        ByteMerger merger = spare.getAndSet(null);
        if (merger == null) {
            merger = new ByteMerger(tokens, tokenIds, singleBytes, new SymbolEncoder(chains, merges));
        }
        merger.begin(length);
        return merger;
    }

    /** Gives back what was taken. */
    public void giveBack(ByteMerger merger) {
        if (merger.isWorthKeeping()) {
            spare.set(merger);
        }
    }
}
