package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The merge loop of byte-pair encoding: among all adjacent pairs the one whose merged symbol has the lowest rank is
 * merged, the leftmost on ties, until no pair merges. Short sequences are scanned again after each merge, long ones
 * use a queue over a linked list: O(n log n).
 *
 * <p>Holds scratch arrays: one instance serves one call of encode.
 */
public final class PairMerger {
    private static final int SCAN_LIMIT = 40;
    private static final int NO_RANK = Integer.MAX_VALUE;

    private final PairTable pairs;
    private final int @Nullable [] ranks;
    private final int @Nullable [] results;
    private final @Nullable SplitRecord splits;
    private final LongHeap queue = new LongHeap();
    private final int[] scanRanks = new int[SCAN_LIMIT];
    private int[] merged = new int[0];
    private int[] previous = new int[0];
    private int[] next = new int[0];

    /**
     * @param pairs what merges into what
     * @param ranks rank of each symbol, 0 or more, lower merges first; null if a symbol's rank is its number
     * @param splits told of every pair that is considered; null if nobody wants to know
     */
    public PairMerger(PairTable pairs, int @Nullable [] ranks, @Nullable SplitRecord splits) {
        this.pairs = pairs;
        this.ranks = ranks;
        this.results = null;
        this.splits = splits;
    }

    /**
     * A merger for lists of merges, in which one symbol may be made in several ways of different rank.
     *
     * @param merges the number of each pair's merge, lower ones first
     * @param results what each merge makes
     */
    public PairMerger(PairTable merges, int[] results) {
        this.pairs = merges;
        this.ranks = null;
        this.results = results;
        this.splits = null;
    }

    /** Is told of pairs in the order in which they are considered. */
    public interface SplitRecord {
        /** {@code merged} could be made of {@code left} and {@code right}. */
        void considered(int left, int right, int merged);
    }

    /**
     * Merges in place.
     *
     * @param symbols the sequence lies in {@code symbols[from..from + count)}; negative symbols never merge
     * @return the number of symbols that are left, from {@code from} on
     */
    public int merge(int[] symbols, int from, int count) {
        return merge(symbols, from, count, 1);
    }

    /**
     * Merges in place until so few symbols are left.
     *
     * @param least at which number of symbols to stop, at least 1
     */
    int merge(int[] symbols, int from, int count, int least) {
        if (count <= least) {
            return count;
        }
        return count <= SCAN_LIMIT && splits == null
                ? scan(symbols, from, count, least)
                : queue(symbols, from, count, least);
    }

    /** What a pair merges into, or -1. */
    int merged(int left, int right) {
        int entry = pairs.get(left, right);
        return entry == PairTable.ABSENT || entry == PairTable.CROSSED ? -1 : result(entry);
    }

    private int result(int entry) {
        return results == null ? entry : results[entry];
    }

    private int rank(int symbol) {
        return ranks == null ? symbol : ranks[symbol];
    }

    private int pairRank(int left, int right) {
        int symbol = pairs.get(left, right);
        return symbol == PairTable.ABSENT || symbol == PairTable.CROSSED ? NO_RANK : rank(symbol);
    }

    private int scan(int[] symbols, int from, int count, int least) {
        int[] rankAt = scanRanks;
        for (int i = 0; i + 1 < count; i++) {
            rankAt[i] = pairRank(symbols[from + i], symbols[from + i + 1]);
        }
        int left = count;
        while (left > least) {
            int best = NO_RANK;
            int at = -1;
            for (int i = 0; i + 1 < left; i++) {
                if (rankAt[i] < best) {
                    best = rankAt[i];
                    at = i;
                }
            }
            if (at < 0) {
                break;
            }
            int position = from + at;
            symbols[position] = result(pairs.get(symbols[position], symbols[position + 1]));
            left--;
            for (int i = at + 1; i < left; i++) {
                symbols[from + i] = symbols[from + i + 1];
                rankAt[i - 1] = rankAt[i];
            }
            if (at > 0) {
                rankAt[at - 1] = pairRank(symbols[position - 1], symbols[position]);
            }
            if (at + 1 < left) {
                rankAt[at] = pairRank(symbols[position], symbols[position + 1]);
            }
        }
        return left;
    }

    private int queue(int[] symbols, int from, int count, int least) {
        if (merged.length < count) {
            int capacity = Math.max(count, merged.length * 2);
            merged = new int[capacity];
            previous = new int[capacity];
            next = new int[capacity];
        }
        Arrays.fill(merged, 0, count, -1);
        queue.clear();
        for (int i = 0; i < count; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
        }
        for (int i = 0; i + 1 < count; i++) {
            consider(symbols, from, i);
        }
        int rest = count;
        while (!queue.isEmpty() && rest > least) {
            long first = queue.removeFirst();
            int left = (int) first;
            int symbol = merged[left];
            // An entry is stale if its pair has changed since; a changed pair of equal rank is due now all the same.
            if (symbol < 0 || rank(symbol) != (int) (first >>> 32)) {
                continue;
            }
            int right = next[left];
            int after = next[right];
            symbols[from + left] = result(symbol);
            rest--;
            merged[right] = -1;
            next[left] = after;
            if (after >= 0) {
                previous[after] = left;
            }
            if (previous[left] >= 0) {
                consider(symbols, from, previous[left]);
            }
            consider(symbols, from, left);
        }
        int size = 0;
        for (int i = 0; i >= 0; i = next[i]) {
            symbols[from + size++] = symbols[from + i];
        }
        return size;
    }

    private void consider(int[] symbols, int from, int left) {
        int right = next[left];
        int symbol = right < 0 ? PairTable.ABSENT : pairs.get(symbols[from + left], symbols[from + right]);
        if (symbol == PairTable.ABSENT || symbol == PairTable.CROSSED) {
            merged[left] = -1;
            return;
        }
        merged[left] = symbol;
        queue.add(((long) rank(symbol) << 32) | left);
        if (splits != null) {
            splits.considered(symbols[from + left], symbols[from + right], symbol);
        }
    }
}
