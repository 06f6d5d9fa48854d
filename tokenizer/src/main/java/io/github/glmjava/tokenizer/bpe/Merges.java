package io.github.glmjava.tokenizer.bpe;

import org.jspecify.annotations.Nullable;

/** Which pairs of symbols merge, into what, and which of them first. Immutable if nobody changes what it is made of. */
public final class Merges {
    /** The rank of a pair that does not merge; all others have one that is less. */
    static final int NO_RANK = Integer.MAX_VALUE;

    /** A pair that does not merge. */
    static final int NONE = -1;

    private final PairTable pairs;
    private final int @Nullable [] ranks;
    private final int @Nullable [] results;

    private Merges(PairTable pairs, int @Nullable [] ranks, int @Nullable [] results) {
        this.pairs = pairs;
        this.ranks = ranks;
        this.results = results;
    }

    /**
     * The pair whose symbol has the lowest number merges first.
     *
     * @param pairs the symbol that each pair merges into
     */
    public static Merges byNumber(PairTable pairs) {
        return new Merges(pairs, null, null);
    }

    /**
     * The pair whose symbol has the lowest rank merges first.
     *
     * @param pairs the symbol that each pair merges into
     * @param ranks rank of each symbol, 0 or more
     */
    public static Merges byRank(PairTable pairs, int[] ranks) {
        return new Merges(pairs, ranks, null);
    }

    /**
     * A list of merges, the first of which come first; one symbol may be made in several ways.
     *
     * @param pairs the number of each pair's merge
     * @param results the symbol that each merge makes
     */
    public static Merges ofList(PairTable pairs, int[] results) {
        return new Merges(pairs, null, results);
    }

    /** The merge of a pair, or {@link #NONE}. */
    int of(int left, int right) {
        int merge = pairs.get(left, right);
        return merge == PairTable.CROSSED ? NONE : merge;
    }

    int result(int merge) {
        return results == null ? merge : results[merge];
    }

    int rank(int merge) {
        return ranks == null ? merge : ranks[merge];
    }

    int rankOf(int left, int right) {
        int merge = of(left, right);
        return merge == NONE ? NO_RANK : rank(merge);
    }
}
