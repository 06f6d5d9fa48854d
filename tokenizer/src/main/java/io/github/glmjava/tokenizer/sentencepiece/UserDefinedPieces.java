package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.PairTable;
import java.util.Arrays;

/**
 * Finds the longest USER_DEFINED piece at a position of a text: a trie over code points, whose edges (node, code point) ->
 * node lie in one table. Immutable once built.
 */
final class UserDefinedPieces {
    private final PairTable edges = new PairTable();
    private final int[] idAtNode;

    /** @param model its pieces together have fewer than {@link PairTable#SYMBOL_LIMIT} code points */
    UserDefinedPieces(SentencePieceModel model) {
        int bytes = 1;
        for (int id = 0; id < model.size(); id++) {
            bytes += model.type(id) == PieceType.USER_DEFINED ? model.pieces().length(id) : 0;
        }
        int[] ids = new int[bytes];
        Arrays.fill(ids, -1);
        int nodes = 1;
        for (int id = 0; id < model.size(); id++) {
            if (model.type(id) != PieceType.USER_DEFINED) {
                continue;
            }
            int node = 0;
            for (int codePoint : model.text(id).codePoints().toArray()) {
                int child = edges.get(node, codePoint);
                if (child < 0) {
                    child = nodes++;
                    edges.put(node, codePoint, child);
                }
                node = child;
            }
            ids[node] = id;
        }
        idAtNode = Arrays.copyOf(ids, nodes);
    }

    /** True if there is no such piece. */
    boolean isEmpty() {
        return idAtNode.length == 1;
    }

    /**
     * The longest piece that begins at {@code from}.
     *
     * @return length in code points times 2^32 plus the id, or -1 if none begins there
     */
    long longestMatch(int[] codePoints, int from, int to) {
        long match = -1;
        int node = 0;
        for (int i = from; i < to; i++) {
            node = edges.get(node, codePoints[i]);
            if (node < 0) {
                break;
            }
            if (idAtNode[node] >= 0) {
                match = ((long) (i + 1 - from) << 32) | idAtNode[node];
            }
        }
        return match;
    }
}
