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

    private final Merges merges;
    private final @Nullable SplitRecord splits;
    private final LongHeap queue = new LongHeap();
    private final int[] scanRanks = new int[SCAN_LIMIT];
    private int[] mergeAt = new int[0];
    private int[] previous = new int[0];
    private int[] next = new int[0];

    /**
     * @param merges what merges
     * @param splits told of every pair that is considered; null if nobody wants to know
     */
    public PairMerger(Merges merges, @Nullable SplitRecord splits) {
        this.merges = merges;
        this.splits = splits;
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

    private int scan(int[] symbols, int from, int count, int least) {
        int[] rankAt = scanRanks;
        for (int i = 0; i + 1 < count; i++) {
            rankAt[i] = merges.rankOf(symbols[from + i], symbols[from + i + 1]);
        }
        int left = count;
        while (left > least) {
            int best = Merges.NO_RANK;
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
            symbols[position] = merges.result(merges.of(symbols[position], symbols[position + 1]));
            left--;
            for (int i = at + 1; i < left; i++) {
                symbols[from + i] = symbols[from + i + 1];
                rankAt[i - 1] = rankAt[i];
            }
            if (at > 0) {
                rankAt[at - 1] = merges.rankOf(symbols[position - 1], symbols[position]);
            }
            if (at + 1 < left) {
                rankAt[at] = merges.rankOf(symbols[position], symbols[position + 1]);
            }
        }
        return left;
    }

    private int queue(int[] symbols, int from, int count, int least) {
        if (mergeAt.length < count) {
            int capacity = Math.max(count, mergeAt.length * 2);
            mergeAt = new int[capacity];
            previous = new int[capacity];
            next = new int[capacity];
        }
        Arrays.fill(mergeAt, 0, count, Merges.NONE);
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
            int merge = mergeAt[left];
            // An entry is stale if its pair has changed since; a changed pair of equal rank is due now all the same.
            if (merge < 0 || merges.rank(merge) != (int) (first >>> 32)) {
                continue;
            }
            int right = next[left];
            int after = next[right];
            symbols[from + left] = merges.result(merge);
            rest--;
            mergeAt[right] = Merges.NONE;
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
        int merge = right < 0 ? Merges.NONE : merges.of(symbols[from + left], symbols[from + right]);
        mergeAt[left] = merge;
        if (merge == Merges.NONE) {
            return;
        }
        queue.add(((long) merges.rank(merge) << 32) | left);
        if (splits != null) {
            splits.considered(symbols[from + left], symbols[from + right], merges.result(merge));
        }
    }
}
