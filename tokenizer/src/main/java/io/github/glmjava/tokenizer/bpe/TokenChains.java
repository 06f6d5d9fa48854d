package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/**
 * Byte-pair encoding from left to right, without merging. A chain of tokens is what merging makes of a text exactly if it makes each token
 * of the token's own bytes, and each pair of neighbours of the pair's own bytes: the first merge across a border inside the text would
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
    private static final int SINGLE_BYTE = -1;
    private static final int NEVER_MERGED = -2;
    private static final int NONE = -1;

    /** The number of ids; nodes of the trie below it are tokens, the others are not. */
    private final int ids;

    private final PairTable pairs;

    // Of each token the highest rank among its merges, the parts that the last one joins, its length, and the longest
    // token that it begins with.
    private final int[] highest;
    private final int[] leftParts;
    private final int[] rightParts;
    private final short[] lengths;
    private final int[] shorter;

    // Of each token the highest rank among its merges after the one that makes its right (left) part: a merge of this
    // part with a neighbour on the right (left) comes before the token's last one if its rank is less.
    private final int[] limitsOnRight;
    private final int[] limitsOnLeft;

    private final PairTable edges = new PairTable();
    private final int[] roots = new int[256];
    private final boolean usable;

    /**
     * @param tokens the bytes of the tokens
     * @param tokenIds the id of each
     * @param ids one more than the highest id
     * @param singleBytes the id of each byte, negative for a byte that no text has
     * @param pairs the rank of each pair of ids
     * @param merger merges by these ranks
     */
    public TokenChains(
            ByteStrings tokens, int[] tokenIds, int ids, int[] singleBytes, PairTable pairs, PairMerger merger) {
        this.ids = ids;
        this.pairs = pairs;
        highest = new int[ids];
        leftParts = new int[ids];
        rightParts = new int[ids];
        lengths = new short[ids];
        shorter = new int[ids];
        limitsOnRight = new int[ids];
        limitsOnLeft = new int[ids];
        Arrays.fill(highest, NEVER_MERGED);
        int[] symbols = new int[ByteStrings.MAX_LENGTH];
        for (int token : byLength(tokens)) {
            int length = tokens.length(token);
            for (int i = 0; i < length; i++) {
                symbols[i] = singleBytes[tokens.byteAt(token, i) & 0xFF];
            }
            findLastMerge(tokenIds[token], symbols, length, merger);
        }
        usable = buildTrie(tokens, tokenIds, singleBytes);
    }

    private static int[] byLength(ByteStrings tokens) {
        long[] keys = new long[tokens.size()];
        Arrays.setAll(keys, token -> (long) tokens.length(token) << 32 | token);
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    private void findLastMerge(int id, int[] symbols, int length, PairMerger merger) {
        lengths[id] = (short) length;
        if (length == 1) {
            highest[id] = symbols[0] == id ? SINGLE_BYTE : NEVER_MERGED;
        } else if (merger.merge(symbols, 0, length, 2) == 2 && merger.merged(symbols[0], symbols[1]) == id) {
            int left = symbols[0];
            int right = symbols[1];
            int rank = pairs.get(left, right);
            leftParts[id] = left;
            rightParts[id] = right;
            // The part with the higher ranks is made later, the right one if they are equal. On the left, equal ranks
            // are
            // less: the leftmost pair merges first.
            limitsOnRight[id] = highest[left] > highest[right] ? Math.max(rank, highest[left]) : rank;
            limitsOnLeft[id] = (highest[right] >= highest[left] ? Math.max(rank, highest[right]) : rank) + 1;
            highest[id] = Math.max(rank, Math.max(highest[left], highest[right]));
        }
    }

    private boolean buildTrie(ByteStrings tokens, int[] tokenIds, int[] singleBytes) {
        System.arraycopy(singleBytes, 0, roots, 0, roots.length);
        int nodes = ids;
        for (int token = 0; token < tokens.size(); token++) {
            int id = tokenIds[token];
            if (!merges(id)) {
                continue;
            }
            ByteStrings.Parts parts = tokens.parts(token);
            int node = roots[tokens.byteAt(token, 0) & 0xFF];
            int longest = NONE;
            for (int i = 1; i < lengths[id]; i++) {
                longest = node < ids ? node : longest;
                int value = tokens.byteAt(token, i) & 0xFF;
                int next = edges.get(node, value);
                if (next == PairTable.ABSENT) {
                    int part = parts.indexOf(0, i + 1);
                    next = part >= 0 && merges(tokenIds[part]) ? tokenIds[part] : nodes++;
                    if (next >= PairTable.SYMBOL_LIMIT) {
                        return false;
                    }
                    edges.put(node, value, next);
                }
                node = next;
            }
            shorter[id] = longest;
        }
        return true;
    }

    /** Whether merging makes a token of its own bytes. */
    public boolean merges(int id) {
        return highest[id] != NEVER_MERGED;
    }

    /** Whether {@link #encode} works with these tokens. */
    public boolean isUsable() {
        return usable;
    }

    /**
     * Encodes bytes that are UTF-8, with the same result as merging.
     *
     * @param length at least 1
     * @param out takes the ids, at most as many as there are bytes
     * @param deadEnds scratch memory of more than {@code length / 64} longs
     * @return the number of ids
     */
    int encode(byte[] text, int length, int[] out, long[] deadEnds) {
        Arrays.fill(deadEnds, 0, (length >>> 6) + 1, 0);
        int count = 0;
        int place = 0;
        int token = longest(text, 0, length);
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
            token = longest(text, place, length);
        }
    }

    private int longest(byte[] text, int from, int length) {
        int node = roots[text[from] & 0xFF];
        int longest = node;
        for (int i = from + 1; i < length; i++) {
            node = edges.get(node, text[i] & 0xFF);
            if (node < 0) {
                break;
            }
            longest = node < ids ? node : longest;
        }
        return longest;
    }

    /** Whether two neighbours stay as they are when their bytes are merged. */
    private boolean goTogether(int first, int second) {
        int left = first;
        int right = second;
        // A merge across the border counts if its rank is less: it comes before what follows this state of the two.
        int limit = Integer.MAX_VALUE;
        while (true) {
            int rank = pairs.get(left, right);
            if (rank != PairTable.ABSENT && rank < limit) {
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
