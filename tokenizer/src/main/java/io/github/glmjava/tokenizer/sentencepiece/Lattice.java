package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * All ways to cut a text into pieces ({@code Lattice} and {@code PopulateNodes} of {@code unigram_model.cc}): a node is a piece at a
 * place, or a character that no piece covers. Sums are floats, formed from left to right, as in the original.
 */
final class Lattice {
    private final int length;
    private final IntList starts = new IntList(64);
    private final IntList ends = new IntList(64);
    private final IntList ids = new IntList(64);
    private float[] scores = new float[64];

    /** Nodes by where they end, those of one place in the order of the nodes; and where each place's begin. */
    private int[] byEnd = new int[0];

    private final int[] firstByEnd;

    /** The sum of the best path up to and with each node. */
    private float[] bestSums = new float[0];

    Lattice(int[] codePoints, int length, PieceTrie trie, PieceScores pieceScores) {
        this.length = length;
        this.firstByEnd = new int[length + 2];
        for (int place = 0; place < length; place++) {
            int from = place;
            trie.allMatches(
                    codePoints, from, length, (end, id) -> add(from, end, id, (float) pieceScores.scoreOrUnknown(id)));
        }
        sortByEnd();
        findBestSums();
    }

    private void add(int from, int end, int id, float score) {
        int node = ids.size();
        starts.add(from);
        ends.add(end);
        ids.add(id);
        if (node == scores.length) {
            scores = Arrays.copyOf(scores, node * 2);
        }
        scores[node] = score;
        firstByEnd[end + 1]++;
    }

    private void sortByEnd() {
        for (int end = 1; end < firstByEnd.length; end++) {
            firstByEnd[end] += firstByEnd[end - 1];
        }
        int[] next = firstByEnd.clone();
        byEnd = new int[ids.size()];
        for (int node = 0; node < byEnd.length; node++) {
            byEnd[next[ends.get(node)]++] = node;
        }
    }

    private void findBestSums() {
        bestSums = new float[ids.size()];
        for (int node = 0; node < bestSums.length; node++) {
            bestSums[node] = scores[node] + bestSumUpTo(starts.get(node));
        }
    }

    /** The sum of the best path to a place; 0 at the beginning. */
    float bestSumUpTo(int place) {
        float best = place == 0 ? 0 : Float.NEGATIVE_INFINITY;
        for (int i = firstByEnd[place]; i < firstByEnd[place + 1]; i++) {
            best = Math.max(best, bestSums[byEnd[i]]);
        }
        return best;
    }

    /** The number of code points. */
    int length() {
        return length;
    }

    /** Where a node begins. */
    int start(int node) {
        return starts.get(node);
    }

    /** The piece of a node, or {@link UnigramSegmenter#UNKNOWN}. */
    int id(int node) {
        return ids.get(node);
    }

    float score(int node) {
        return scores[node];
    }

    /** The sum of the best path that ends with a node. */
    float bestSum(int node) {
        return bestSums[node];
    }

    /** The number of nodes that end at a place. */
    int endingAt(int place) {
        return firstByEnd[place + 1] - firstByEnd[place];
    }

    /** One of the nodes that end at a place. */
    int endingAt(int place, int index) {
        return byEnd[firstByEnd[place] + index];
    }

    /**
     * Draws a path with a probability proportional to exp(alpha * sum of its scores), by filtering forward and sampling backward
     * ({@code Lattice::Sample}).
     *
     * @return nodes from the end to the beginning
     */
    IntList sample(double alpha, RandomGenerator random) {
        // The logarithm of the sum over all paths to each place.
        double[] logSums = new double[length + 1];
        for (int place = 1; place <= length; place++) {
            double sum = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < endingAt(place); i++) {
                int node = endingAt(place, i);
                sum = logOfSum(sum, alpha * scores[node] + logSums[starts.get(node)]);
            }
            logSums[place] = sum;
        }
        IntList path = new IntList(length);
        for (int place = length; place > 0; ) {
            double rest = random.nextDouble();
            int node = endingAt(place, 0);
            for (int i = 0; i < endingAt(place) && rest >= 0; i++) {
                node = endingAt(place, i);
                rest -= Math.exp(alpha * scores[node] + logSums[starts.get(node)] - logSums[place]);
            }
            path.add(node);
            place = starts.get(node);
        }
        return path;
    }

    /** log(exp(a) + exp(b)). */
    private static double logOfSum(double a, double b) {
        double greater = Math.max(a, b);
        double smaller = Math.min(a, b);
        return smaller == Double.NEGATIVE_INFINITY ? greater : greater + Math.log1p(Math.exp(smaller - greater));
    }
}
