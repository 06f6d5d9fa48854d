package io.github.glmjava.tokenizer.wordpiece;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.WordPieceRules;

/**
 * Encodes texts: of each word the longest piece that it begins with, then the longest that continues it, and so on; if it comes to a place
 * where there is none, the whole word is unknown. Immutable and safe for use by many threads.
 */
public final class WordPieceEncoder {
    private final WordPieceTrie trie;
    private final WordPieceRules rules;
    private final int unknown;

    /**
     * @param file for messages
     * @throws TokenizerException if the vocabulary is too large
     */
    public WordPieceEncoder(WordPieceVocabulary vocabulary, WordPieceRules rules, String file)
            throws TokenizerException {
        trie = new WordPieceTrie(vocabulary, file);
        this.rules = rules;
        unknown = vocabulary.id(WordPieceVocabulary.UNKNOWN);
    }

    /** Encodes a text. */
    public void encode(String text, TokenBuffer out) {
        int[] pieces = new int[Word.LONGEST];
        int[] ends = new int[Word.LONGEST];
        new WordSplitter(rules, word -> encode(word, pieces, ends, out)).split(text);
    }

    private void encode(Word word, int[] pieces, int[] ends, TokenBuffer out) {
        int count = 0;
        for (int from = 0; from < word.length() && !word.isTooLong(); count++) {
            int root = from == 0 ? WordPieceTrie.BEGINNING : WordPieceTrie.CONTINUATION;
            long match = trie.longestMatch(root, word, from);
            if (match < 0) {
                count = 0;
                break;
            }
            pieces[count] = (int) match;
            from = (int) (match >>> 32);
            ends[count] = from;
        }
        if (count == 0) {
            out.add(unknown, word.start(0), word.end());
        }
        for (int i = 0; i < count; i++) {
            out.add(pieces[i], word.start(i == 0 ? 0 : ends[i - 1]), word.end(ends[i] - 1));
        }
    }
}
