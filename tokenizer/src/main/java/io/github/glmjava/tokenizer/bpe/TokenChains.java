package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/**
 * Byte-pair encoding from left to right, without merging. A chain of tokens is what merging makes of a text exactly if it makes each token
 * of the token's own symbols, and each pair of neighbours of the pair's own symbols: the first merge across a border inside the text would
 * also be the first one across it in the pair alone, for until then the same happens in both. (The same idea as in the crate bpe of
 * github/rust-gems.) So the longest token is tried at each place, then shorter ones, and if none goes with the one before, that one
 * is replaced by a shorter one. There is only one chain to each place, so a place from which there is no way on is never tried
 * again: the work is proportional to the length.
 *
 * <p>Whether two tokens go together is found by going back through their last merges, the later one first, and asking at each step whether
 * a merge across the border would have come earlier. The rank of a whole may be less than those of its parts (GLM-4 has such
 * tokens): whichever of two neighbours has the lower rank next goes on, so all their merges are in order of the highest rank that
 * their own neighbour has had until then, the left one's first if these are equal. Immutable.
 */
public final class TokenChains {
    private static final int SINGLE = -1;
    private static final int NEVER_MERGED = -2;
    private static final int NONE = -1;

    /** A trie of so many nodes has room for the longest token. */
    private static final int MOST_NODES = PairTable.SYMBOL_LIMIT - ByteStrings.MAX_LENGTH;

    /** The number of ids; nodes of the trie below it are tokens, the others are not. */
    private final int ids;

    private final Merges merges;

    // Of each token the highest rank among its merges, the parts that the last one joins, its length, and the longest
    // token that it begins with.
    private final int[] highest;
    private final int[] leftParts;
    private final int[] rightParts;
    private final int[] lengths;
    private final int[] shorter;

    // Of each token the highest rank among its merges after the one that makes its right (left) part: a merge of this
    // part with a neighbour on the right (left) comes before the token's last one if its rank is less.
    private final int[] limitsOnRight;
    private final int[] limitsOnLeft;

    private final PairTable edges = new PairTable();
    private final boolean usable;

    /**
     * Chains of the tokens of a vocabulary.
     *
     * @param spellings of each id the single symbols that it is made of, itself if it is a single symbol; empty if it is no token
     * @param merges what merges
     */
    public TokenChains(int[][] spellings, Merges merges) {
        this.merges = merges;
        ids = spellings.length;
        highest = new int[ids];
        leftParts = new int[ids];
        rightParts = new int[ids];
        lengths = new int[ids];
        shorter = new int[ids];
        limitsOnRight = new int[ids];
        limitsOnLeft = new int[ids];
        Arrays.fill(highest, NEVER_MERGED);
        PairMerger merger = new PairMerger(merges, null);
        int nodes = ids;
        for (int id : byLength(spellings)) {
            lengths[id] = spellings[id].length;
            findLastMerge(id, spellings[id].clone(), merger);
            if (merges(id) && nodes <= MOST_NODES) {
                nodes = addToTrie(id, spellings[id], nodes);
            }
        }
        usable = nodes <= MOST_NODES;
    }

    /**
     * Chains of tokens that are made of bytes.
     *
     * @param tokens the bytes of the tokens
     * @param tokenIds the id of each
     * @param ids one more than the highest id
     * @param singleBytes the id of each byte, negative for a byte that no text has
     * @param merges what merges
     */
    public static TokenChains ofBytes(ByteStrings tokens, int[] tokenIds, int ids, int[] singleBytes, Merges merges) {
        int[][] spellings = new int[ids][];
        Arrays.fill(spellings, new int[0]);
        for (int token = 0; token < tokens.size(); token++) {
            int[] spelling = new int[tokens.length(token)];
            for (int i = 0; i < spelling.length; i++) {
                spelling[i] = singleBytes[tokens.byteAt(token, i) & 0xFF];
            }
            spellings[tokenIds[token]] = spelling;
        }
        return new TokenChains(spellings, merges);
    }

    private static int[] byLength(int[][] spellings) {
        long[] keys = new long[spellings.length];
        Arrays.setAll(keys, id -> (long) spellings[id].length << 32 | id);
        Arrays.sort(keys);
        return Arrays.stream(keys)
                .filter(key -> key >>> 32 > 0)
                .mapToInt(key -> (int) key)
                .toArray();
    }

    private void findLastMerge(int id, int[] symbols, PairMerger merger) {
        if (symbols.length == 1) {
            highest[id] = symbols[0] == id ? SINGLE : NEVER_MERGED;
            return;
        }
        if (merger.merge(symbols, 0, symbols.length, 2) > 2) {
            return;
        }
        int left = symbols[0];
        int right = symbols[1];
        int merge = merges.of(left, right);
        if (merge == Merges.NONE || merges.result(merge) != id) {
            return;
        }
        int rank = merges.rank(merge);
        leftParts[id] = left;
        rightParts[id] = right;
        // The part with the higher ranks is made later, the right one if they are equal. A pair on the left comes first
        // among equal ranks, too.
        limitsOnRight[id] = highest[left] > highest[right] ? Math.max(rank, highest[left]) : rank;
        limitsOnLeft[id] = (highest[right] >= highest[left] ? Math.max(rank, highest[right]) : rank) + 1;
        highest[id] = Math.max(rank, Math.max(highest[left], highest[right]));
    }

    /** Adds a token to the trie, in which all shorter ones are; returns the number of nodes. */
    private int addToTrie(int id, int[] spelling, int nodes) {
        int next = nodes;
        int node = spelling[0];
        int longest = NONE;
        int last = spelling.length - 1;
        for (int i = 1; i <= last; i++) {
            longest = node < ids ? node : longest;
            int child = edges.get(node, spelling[i]);
            if (child == PairTable.ABSENT) {
                child = i == last ? id : next++;
                edges.put(node, spelling[i], child);
            }
            node = child;
        }
        shorter[id] = longest;
        return next;
    }

    /** Whether merging makes a token of its own single symbols. */
    private boolean merges(int id) {
        return highest[id] != NEVER_MERGED;
    }

    /** Whether {@link #encode} works with these tokens. */
    public boolean isUsable() {
        return usable;
    }

    /**
     * Encodes single symbols of tokens, with the same result as merging.
     *
     * @param text holds them in {@code text[from..from + length)}
     * @param length at least 1
     * @param out takes the ids, at most as many as there are symbols
     * @param deadEnds scratch memory of more than {@code length / 64} longs
     * @return the number of ids
     */
    int encode(int[] text, int from, int length, int[] out, long[] deadEnds) {
        Arrays.fill(deadEnds, 0, (length >>> 6) + 1, 0);
        int count = 0;
        int place = 0;
        int limit = from + length;
        int token = longest(text, from, limit);
        while (true) {
            if (token == NONE) {
                deadEnds[place >>> 6] |= 1L << place;
                token = out[--count];
                place -= lengths[token];
                token = shorter[token];
                continue;
            }
            int end = place + lengths[token];
            boolean open = ((deadEnds[end >>> 6] >>> end) & 1) == 0;
            if (!open || (count > 0 && !goTogether(out[count - 1], token))) {
                token = shorter[token];
                continue;
            }
            out[count++] = token;
            if (end == length) {
                return count;
            }
            place = end;
            token = longest(text, from + place, limit);
        }
    }

    private int longest(int[] text, int from, int limit) {
        int node = text[from];
        int longest = node;
        for (int i = from + 1; i < limit; i++) {
            node = edges.get(node, text[i]);
            if (node < 0) {
                break;
            }
            longest = node < ids ? node : longest;
        }
        return longest;
    }

    /** Whether two neighbours stay as they are when their single symbols are merged. */
    private boolean goTogether(int first, int second) {
        int left = first;
        int right = second;
        // A merge across the border counts if its rank is less: it comes before what follows this state of the two.
        int limit = Merges.NO_RANK;
        while (true) {
            if (merges.rankOf(left, right) < limit) {
                return false;
            }
            if (highest[left] > highest[right]) {
                limit = limitsOnRight[left];
                left = rightParts[left];
            } else if (highest[right] >= 0) {
                limit = limitsOnLeft[right];
                right = leftParts[right];
            } else {
                return true;
            }
        }
    }
}
