package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.PairTable;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A trie over the code points of some pieces. The edges (node, code point) -> node lie in one hash table, those of the
 * root in one by code points. Immutable once built.
 */
final class PieceTrie {
    private static final int ROOT = 0;

    private final PairTable edges = new PairTable();
    private final CodePointMap nodeOfFirst = new CodePointMap();
    private int[] idAtNode = new int[64];
    private int nodes = 1;

    /**
     * @param model its chosen pieces together have fewer than {@link PairTable#SYMBOL_LIMIT} code points
     * @param chosen which pieces to enter
     */
    PieceTrie(SentencePieceModel model, IntPredicate chosen) {
        Arrays.fill(idAtNode, -1);
        for (int id = 0; id < model.size(); id++) {
            if (chosen.test(id)) {
                add(model.text(id), id);
            }
        }
        idAtNode = Arrays.copyOf(idAtNode, nodes);
    }

    private void add(String text, int id) {
        int node = ROOT;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int codePoint = text.codePointAt(i);
            int child = child(node, codePoint);
            if (child < 0) {
                child = newNode();
                if (node == ROOT) {
                    nodeOfFirst.put(codePoint, child);
                } else {
                    edges.put(node, codePoint, child);
                }
            }
            node = child;
        }
        idAtNode[node] = id;
    }

    private int newNode() {
        if (nodes == idAtNode.length) {
            idAtNode = Arrays.copyOf(idAtNode, nodes * 2);
            Arrays.fill(idAtNode, nodes, nodes * 2, -1);
        }
        return nodes++;
    }

    /** True if it has no piece. */
    boolean isEmpty() {
        return nodes == 1;
    }

    /** The node of a piece's first code point, or -1. */
    int first(int codePoint) {
        return nodeOfFirst.get(codePoint);
    }

    /** The node that a code point leads to from a node, or -1. */
    int next(int node, int codePoint) {
        return edges.get(node, codePoint);
    }

    private int child(int node, int codePoint) {
        return node == ROOT ? first(codePoint) : next(node, codePoint);
    }

    /** The piece that ends at a node, or -1. */
    int piece(int node) {
        return idAtNode[node];
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
            if (idAtNode[node] >= 0) {
                match = ((long) (i + 1 - from) << 32) | idAtNode[node];
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
            if (idAtNode[node] >= 0) {
                end = i;
            }
        }
        return end;
    }
}
