package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.WordCache;
import java.util.Arrays;

/**
 * The best paths of short words, for a model in which no piece reaches from one word into the next: there every path goes through
 * the beginning of each word.
 *
 * <p>Which path is best may yet depend on the words before, as the sum so far decides how sums round. So a path is kept with its
 * lead over the second best, both formed exactly, and counts only where the lead is greater than what rounding can do: adding up n
 * scores is off by at most n * 2^-24 times the greatest sum on the way. (Rounding keeps the order of sums, so the original finds
 * the path with the greatest rounded sum.) Not safe for use by several threads.
 */
final class CachedWords implements PieceTrie.Taker {
    private static final double ROUNDING = 0x1.01p-24;

    /** With the space symbol in front. */
    static final int LONGEST = WordCache.LONGEST_WORD + 1;

    private final PieceTrie trie;
    private final PieceScores scores;
    private final WordCache cache = new WordCache();

    // For each position in a word the sums of the two best paths to it, and the last piece of the best.
    private final double[] best = new double[LONGEST + 1];
    private final double[] second = new double[LONGEST + 1];
    private final int[] start = new int[LONGEST + 1];
    private final int[] piece = new int[LONGEST + 1];
    private final int[] path = new int[WordCache.MOST_IDS];

    // The word and the position in it at which pieces begin that are taken now.
    private int wordStart;
    private int position;

    CachedWords(PieceTrie trie, PieceScores scores) {
        this.trie = trie;
        this.scores = scores;
    }

    /**
     * Finds the best path of a word.
     *
     * @param length 1 to {@link #LONGEST}
     * @param sum of the path up to the word
     * @return its place, or -1 if it has to be found with all roundings
     */
    int find(int[] codePoints, int from, int length, float sum) {
        int spaces = codePoints[from] == SentencePieceModel.SPACE_SYMBOL ? 1 : 0;
        int place = cache.find(codePoints, from + spaces, from + length, spaces);
        if (place == WordCache.NEVER_KEPT) {
            return -1;
        }
        if (place == WordCache.ABSENT) {
            place = learn(codePoints, from, length);
        }
        double lead = Float.intBitsToFloat(cache.note(place));
        double greatest = Math.abs(sum) + length * scores.greatest();
        return lead > (length + cache.count(place)) * ROUNDING * greatest ? place : -1;
    }

    /** The sum behind a word at a place, rounded as the original does; its pieces go to {@code out}. */
    float giveOut(int place, float sum, PieceSink out) {
        float sumSoFar = sum;
        int count = cache.count(place);
        for (int i = 0; i < count; i++) {
            int id = cache.id(place, i);
            sumSoFar = (float) (scores.score(id) + sumSoFar);
            out.known(id);
        }
        return sumSoFar;
    }

    private int learn(int[] codePoints, int from, int length) {
        Arrays.fill(best, 1, length + 1, Double.NEGATIVE_INFINITY);
        Arrays.fill(second, 0, length + 1, Double.NEGATIVE_INFINITY);
        wordStart = from;
        for (position = 0; position < length; position++) {
            trie.allMatches(codePoints, from + position, from + length, this);
        }
        int count = 0;
        boolean kept = true;
        for (int end = length; end > 0 && kept; end = start[end]) {
            kept = count < path.length && piece[end] != UnigramSegmenter.UNKNOWN;
            if (kept) {
                path[count++] = piece[end];
            }
        }
        for (int i = 0; i < count / 2; i++) {
            int id = path[i];
            path[i] = path[count - 1 - i];
            path[count - 1 - i] = id;
        }
        double lead = kept ? best[length] - second[length] : 0;
        int note = Float.floatToIntBits(Math.nextDown((float) lead));
        return cache.put(note, path, 0, count);
    }

    @Override
    public void take(int end, int id) {
        int to = end - wordStart;
        double score = scores.scoreOrUnknown(id);
        double sum = best[position] + score;
        if (sum > best[to]) {
            second[to] = Math.max(best[to], second[position] + score);
            best[to] = sum;
            start[to] = position;
            piece[to] = id;
        } else {
            second[to] = Math.max(second[to], sum);
        }
    }
}
