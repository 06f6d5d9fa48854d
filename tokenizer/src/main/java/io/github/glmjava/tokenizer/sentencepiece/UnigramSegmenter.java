package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The unigram language model of SentencePiece ({@code Model::EncodeOptimized} of {@code unigram_model.cc}): the sequence of pieces
 * with the highest sum of scores, by the Viterbi algorithm from left to right.
 *
 * <p>Ties fall as in the original because sums are stored as floats, formed in double, and only a strictly greater
 * one replaces another. Where no piece reaches over a position every path goes through it: there the pieces up to it are
 * given out, so that the tables stay as short as the text allows. The sum goes on, as its size decides how it rounds. Where pieces
 * stay in words, the paths of short words are kept ({@link CachedWords}).
 */
final class UnigramSegmenter implements Segmenter {
    /** Stands for a piece where there is none. */
    static final int UNKNOWN = -1;

    /** Texts of more code points are worth the memory in which words are kept. */
    private static final int LONG_TEXT = 1000;

    private final PieceTrie trie;
    private final PieceScores scores;

    UnigramSegmenter(SentencePieceModel model) {
        trie = new PieceTrie(
                model, id -> model.type(id) == PieceType.NORMAL || model.type(id) == PieceType.USER_DEFINED);
        scores = new PieceScores(model);
    }

    @Override
    public Segmenter.Pass newPass() {
        return new Pass();
    }

    /** All ways to cut a text, not only the best. */
    Lattice lattice(IntList text) {
        return new Lattice(text.elements(), text.size(), trie, scores);
    }

    /** Positions in the tables count from {@code base}, the last position that all paths go through. */
    private final class Pass implements Segmenter.Pass {
        private float[] bestScore = new float[64];
        private int[] pieceStart = new int[64];
        private int[] pieceId = new int[64];
        private int[] path = new int[64];
        private int reach;
        private @Nullable CachedWords words;

        @Override
        public void segment(IntList text, PieceSink out) {
            int[] codePoints = text.elements();
            int size = text.size();
            if (words == null && trie.staysInWords() && size > LONG_TEXT) {
                words = new CachedWords(trie, scores);
            }
            int base = 0;
            reach = 0;
            bestScore[0] = 0;
            for (int position = 0; position < size; position++) {
                if (position - base == reach) {
                    giveOut(codePoints, base, out);
                    position = giveOutWords(codePoints, position, size, out);
                    base = position;
                    if (position == size) {
                        return;
                    }
                }
                extend(codePoints, position, size, base);
            }
            giveOut(codePoints, base, out);
        }

        /** Gives out the words from a position on that are known, and returns where they end. */
        private int giveOutWords(int[] codePoints, int from, int size, PieceSink out) {
            int position = from;
            if (words == null || (from > 0 && codePoints[from] != SentencePieceModel.SPACE_SYMBOL)) {
                return position;
            }
            while (position < size) {
                int length = lengthOfWord(codePoints, position, size);
                int place = length == 0 ? -1 : words.find(codePoints, position, length, bestScore[0]);
                if (place < 0) {
                    break;
                }
                bestScore[0] = words.giveOut(place, bestScore[0], out);
                position += length;
            }
            return position;
        }

        /** The number of code points from the beginning of a word to the next, or 0 if they are many. */
        private static int lengthOfWord(int[] codePoints, int from, int size) {
            int limit = Math.min(size, from + CachedWords.LONGEST);
            int end = from + 1;
            while (end < limit && codePoints[end] != SentencePieceModel.SPACE_SYMBOL) {
                end++;
            }
            return end == size || codePoints[end] == SentencePieceModel.SPACE_SYMBOL ? end - from : 0;
        }

        /** Tries all pieces that begin at a position. */
        private void extend(int[] codePoints, int position, int size, int base) {
            int from = position - base;
            if (from + trie.longest() + 1 >= bestScore.length) {
                grow(from + trie.longest() + 1);
            }
            float soFar = bestScore[from];
            boolean covered = false;
            int end = position + 1;
            for (int node = trie.first(codePoints[position]); node >= 0; node = trie.next(node, codePoints[end++])) {
                int id = trie.piece(node);
                if (id >= 0) {
                    covered |= end == position + 1;
                    offer(from, end - base, id, scores.score(id) + soFar);
                }
                if (end == size) {
                    break;
                }
            }
            if (!covered) {
                offer(from, from + 1, UNKNOWN, scores.unknown() + soFar);
            }
        }

        private void offer(int from, int to, int id, double score) {
            while (reach < to) {
                pieceStart[++reach] = -1;
            }
            if (pieceStart[to] < 0 || score > bestScore[to]) {
                bestScore[to] = (float) score;
                pieceStart[to] = from;
                pieceId[to] = id;
            }
        }

        private void grow(int needed) {
            int capacity = Math.max(needed + 1, bestScore.length * 2);
            bestScore = Arrays.copyOf(bestScore, capacity);
            pieceStart = Arrays.copyOf(pieceStart, capacity);
            pieceId = Arrays.copyOf(pieceId, capacity);
            path = Arrays.copyOf(path, capacity);
        }

        /** Gives out the best path to {@code reach}, and begins the tables anew with its score. */
        private void giveOut(int[] codePoints, int base, PieceSink out) {
            int count = 0;
            for (int end = reach; end > 0; end = pieceStart[end]) {
                path[count++] = end;
            }
            while (count > 0) {
                int end = path[--count];
                if (pieceId[end] == UNKNOWN) {
                    out.unknown(codePoints[base + pieceStart[end]]);
                } else {
                    out.known(pieceId[end]);
                }
            }
            bestScore[0] = bestScore[reach];
            reach = 0;
        }
    }
}
