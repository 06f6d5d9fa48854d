package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.Arrays;

/**
 * The unigram language model of SentencePiece ({@code Model::EncodeOptimized} of {@code unigram_model.cc}): the sequence of pieces
 * with the highest sum of scores, by the Viterbi algorithm from left to right.
 *
 * <p>Ties fall as in the original because sums are stored as floats, formed in double, and only a strictly greater
 * one replaces another. Where no piece reaches over a position every path goes through it: there the pieces up to it are
 * given out, so that the tables stay as short as the text allows. The sum goes on, as its size decides how it rounds.
 */
final class UnigramSegmenter implements Segmenter {
    private static final int UNKNOWN = -1;

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

    /** Positions in the tables count from {@code base}, the last position that all paths go through. */
    private final class Pass implements Segmenter.Pass {
        private float[] bestScore = new float[64];
        private int[] pieceStart = new int[64];
        private int[] pieceId = new int[64];
        private int[] path = new int[64];
        private int reach;

        @Override
        public void segment(IntList text, PieceSink out) {
            int[] codePoints = text.elements();
            int size = text.size();
            int base = 0;
            reach = 0;
            bestScore[0] = 0;
            for (int position = 0; position < size; position++) {
                if (position - base == reach && position > base) {
                    giveOut(codePoints, base, out);
                    base = position;
                }
                extend(codePoints, position, size, base);
            }
            if (size > 0) {
                giveOut(codePoints, base, out);
            }
        }

        /** Tries all pieces that begin at a position. */
        private void extend(int[] codePoints, int position, int size, int base) {
            int from = position - base;
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
            if (to > reach) {
                if (to >= bestScore.length) {
                    grow(to);
                }
                Arrays.fill(bestScore, reach + 1, to + 1, Float.NEGATIVE_INFINITY);
                Arrays.fill(pieceStart, reach + 1, to + 1, -1);
                reach = to;
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
