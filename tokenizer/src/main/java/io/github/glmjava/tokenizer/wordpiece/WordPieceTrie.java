package io.github.glmjava.tokenizer.wordpiece;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairTable;

/** Finds the longest piece at a place of a word, in one walk over its code points. Immutable once built. */
final class WordPieceTrie {
    /** Where pieces that begin a word begin. */
    static final int BEGINNING = 0;

    /** Where pieces that continue a word begin. */
    static final int CONTINUATION = 1;

    static final String CONTINUED = "##";

    private static final int NO_PIECE = -1;

    private final PairTable edges = new PairTable();

    /** The piece that ends at a node. */
    private final IntList pieces = new IntList(1 << 10);

    /**
     * Enters all tokens that a word can have.
     *
     * @param file for messages
     * @throws TokenizerException if they have too many characters
     */
    WordPieceTrie(WordPieceVocabulary vocabulary, String file) throws TokenizerException {
        pieces.add(NO_PIECE);
        pieces.add(NO_PIECE);
        for (int id = 0; id < vocabulary.size(); id++) {
            String token = vocabulary.token(id);
            boolean continued = token.startsWith(CONTINUED);
            String piece = continued ? token.substring(CONTINUED.length()) : token;
            if (!piece.isEmpty() && piece.codePointCount(0, piece.length()) <= Word.LONGEST) {
                enter(piece, continued ? CONTINUATION : BEGINNING, id, file);
            }
        }
    }

    private void enter(String piece, int root, int id, String file) throws TokenizerException {
        int node = root;
        for (int i = 0; i < piece.length(); ) {
            int codePoint = piece.codePointAt(i);
            i += Character.charCount(codePoint);
            int child = edges.get(node, codePoint);
            if (child < 0) {
                child = pieces.size();
                if (child == PairTable.SYMBOL_LIMIT) {
                    throw new TokenizerException(
                            file + ": more than " + child + " beginnings of tokens, which no vocabulary has");
                }
                pieces.add(NO_PIECE);
                edges.put(node, codePoint, child);
            }
            node = child;
        }
        pieces.elements()[node] = id;
    }

    /**
     * The longest piece from a place of a word on.
     *
     * @param root where to begin
     * @return index behind the piece times 2^32 plus its id, or -1 if there is none
     */
    long longestMatch(int root, Word word, int from) {
        long match = -1;
        int node = root;
        for (int i = from; i < word.length(); i++) {
            node = edges.get(node, word.codePoint(i));
            if (node < 0) {
                break;
            }
            int piece = pieces.get(node);
            if (piece >= 0) {
                match = ((long) (i + 1) << 32) | piece;
            }
        }
        return match;
    }
}
