package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.PairTable;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A trie over the code points of some pieces. The edges (node, code point) -> node lie in one hash table, those of the
 * root in a {@link CodePointMap}. The node where a piece ends has the piece's id for its number and the others have
 * numbers behind the ids, so no table is needed to tell; a bit tells whether a node has edges, which saves most searches
 * that would find nothing. Immutable once built.
 */
final class PieceTrie {
    private static final int ROOT = -2;

    private final int ids;
    private final PairTable edges = new PairTable();
    private final CodePointMap nodeOfFirst = new CodePointMap();
    private long[] withEdges = new long[64];
    private int nodes;
    private int longest;
    private boolean staysInWords = true;

    /**
     * @param model its pieces, and the code points of the chosen ones but the last of each, are together fewer than
     *     {@link PairTable#SYMBOL_LIMIT}
     * @param chosen which pieces to enter
     */
    PieceTrie(SentencePieceModel model, IntPredicate chosen) {
        ids = model.size();
        nodes = ids;
        for (int id = 0; id < ids; id++) {
            if (chosen.test(id)) {
                add(model, id, chosen);
            }
        }
    }

    private void add(SentencePieceModel model, int id, IntPredicate chosen) {
        String text = model.text(id);
        ByteStrings.Parts parts = model.pieces().parts(id);
        int bytes = 0;
        int node = ROOT;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int codePoint = text.codePointAt(i);
            staysInWords &= i == 0 || codePoint != SentencePieceModel.SPACE_SYMBOL;
            bytes += Charsmap.utf8Length(codePoint);
            int child = child(node, codePoint);
            if (child < 0) {
                int piece = parts.indexOf(0, bytes);
                child = piece >= 0 && chosen.test(piece) ? piece : nodes++;
                enter(node, codePoint, child);
            }
            node = child;
        }
        longest = Math.max(longest, model.codePoints(id));
    }

    private void enter(int node, int codePoint, int child) {
        if (node == ROOT) {
            nodeOfFirst.put(codePoint, child);
            return;
        }
        edges.put(node, codePoint, child);
        int word = node >>> 6;
        if (word >= withEdges.length) {
            withEdges = Arrays.copyOf(withEdges, Math.max(word + 1, withEdges.length * 2));
        }
        withEdges[word] |= 1L << node;
    }

    private boolean hasEdges(int node) {
        int word = node >>> 6;
        return word < withEdges.length && ((withEdges[word] >>> node) & 1) != 0;
    }

    /** True if it has no piece. */
    boolean isEmpty() {
        return longest == 0;
    }

    /** True if no piece reaches over the beginning of a word: each has U+2581 at most in front. */
    boolean staysInWords() {
        return staysInWords;
    }

    /** The number of code points of the longest piece. */
    int longest() {
        return longest;
    }

    /** The node of a piece's first code point, or -1. */
    int first(int codePoint) {
        return nodeOfFirst.get(codePoint);
    }

    /** The node that a code point leads to from a node, or -1. */
    int next(int node, int codePoint) {
        return hasEdges(node) ? edges.get(node, codePoint) : -1;
    }

    private int child(int node, int codePoint) {
        return node == ROOT ? first(codePoint) : next(node, codePoint);
    }

    /** The piece that ends at a node, or -1. */
    int piece(int node) {
        return node < ids ? node : -1;
    }

    /** Takes pieces. */
    interface Taker {
        /** Takes the piece, or {@link UnigramSegmenter#UNKNOWN}, that ends before an index. */
        void take(int end, int id);
    }

    /** Gives out all pieces that begin at {@code from}, and UNKNOWN if none of them is its code point alone. */
    void allMatches(int[] codePoints, int from, int to, Taker taker) {
        boolean covered = false;
        int end = from + 1;
        for (int node = first(codePoints[from]); node >= 0; node = end < to ? next(node, codePoints[end++]) : -1) {
            int id = piece(node);
            if (id >= 0) {
                covered |= end == from + 1;
                taker.take(end, id);
            }
        }
        if (!covered) {
            taker.take(from + 1, UnigramSegmenter.UNKNOWN);
        }
    }

    /**
     * The longest piece that begins at {@code from}.
     *
     * @return length in code points times 2^32 plus the id, or -1 if none begins there
     */
    long longestMatch(int[] codePoints, int from, int to) {
        long match = -1;
        int node = ROOT;
        for (int i = from; i < to; i++) {
            node = child(node, codePoints[i]);
            if (node < 0) {
                break;
            }
            if (node < ids) {
                match = ((long) (i + 1 - from) << 32) | node;
            }
        }
        return match;
    }

    /** The end of the longest piece that begins at a {@code char} of a text, or -1 if none begins there. */
    int endOfLongestMatch(String text, int from) {
        int end = -1;
        int node = ROOT;
        for (int i = from; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            node = child(node, codePoint);
            if (node < 0) {
                break;
            }
            i += Character.charCount(codePoint);
            if (node < ids) {
                end = i;
            }
        }
        return end;
    }
}
