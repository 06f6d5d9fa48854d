package io.github.glmjava.tokenizer.bpe;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link TokenChains} of a vocabulary, which are made when they are worth it: making those of a large one takes longer than
 * merging all words of a usual prompt. Thread-safe; there is a lock only while they are made.
 */
public final class ChainsOnDemand {
    /** Merging a word of so many symbols takes about as long as making the chains of GLM-4. */
    private static final long SYMBOLS_WORTH_CHAINS = 1 << 18;

    private final Supplier<TokenChains> maker;
    private final AtomicLong symbols = new AtomicLong();
    private volatile @Nullable TokenChains made;

    /** @param maker makes the chains, once and in any thread */
    public ChainsOnDemand(Supplier<TokenChains> maker) {
        this.maker = maker;
    }

    /**
     * The chains, or null as long as the long words of this vocabulary are together too short to be worth them.
     *
     * @param length the number of symbols of one more long word
     */
    @Nullable
    TokenChains forWord(int length) {
        TokenChains chains = made;
        return chains == null && symbols.addAndGet(length) >= SYMBOLS_WORTH_CHAINS ? make() : chains;
    }

    /** Makes the chains unless that has been done. */
    synchronized TokenChains make() {
        TokenChains chains = made;
        if (chains == null) {
            chains = maker.get();
            made = chains;
        }
        return chains;
    }
}
