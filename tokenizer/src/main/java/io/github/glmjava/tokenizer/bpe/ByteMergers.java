package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lends out what encoding a text needs in scratch memory. One text's serves the next, unless another thread has it now. Thread-safe. */
public final class ByteMergers {
    private final ByteStrings tokens;
    private final int @Nullable [] tokenIds;
    private final int[] singleBytes;

    /** Threads share it without order: an element only ever becomes true, and that says the same whenever it is seen. */
    private final boolean[] becomeOne;

    private final Merges merges;
    private final ChainsOnDemand chains;
    private final AtomicReference<@Nullable ByteMerger> spare = new AtomicReference<>();

    /**
     * @param tokens the bytes of each token
     * @param tokenIds their ids; null if they are the numbers of the tokens
     * @param takesWholeWords whether a word that is a token is taken at once, even if its bytes do not merge to it
     * @param singleBytes the id of each byte
     * @param merges what merges
     * @param chains of the same vocabulary
     */
    public ByteMergers(
            ByteStrings tokens,
            int @Nullable [] tokenIds,
            boolean takesWholeWords,
            int[] singleBytes,
            Merges merges,
            ChainsOnDemand chains) {
        this.tokens = tokens;
        this.tokenIds = tokenIds;
        this.singleBytes = singleBytes;
        this.becomeOne = new boolean[tokens.size()];
        Arrays.fill(becomeOne, takesWholeWords);
        this.merges = merges;
        this.chains = chains;
    }

    /** Takes one for a text of so many characters, to be given back. */
    public ByteMerger take(int length) {
        ByteMerger merger = spare.getAndSet(null);
        if (merger == null) {
            merger = new ByteMerger(tokens, tokenIds, becomeOne, singleBytes, new SymbolEncoder(chains, merges));
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
