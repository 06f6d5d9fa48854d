package io.github.glmjava.tokenizer.bpe;

/**
 * The ids of words that were encoded before, in a table of fixed size: of the words that belong in one bucket the two
 * latest stay. It makes no garbage. Not safe for use by several threads.
 */
public final class WordCache {
    /** Longer words are not kept. */
    public static final int LONGEST_WORD = 10;

    /** Words of more ids are not kept. */
    public static final int MOST_IDS = 4;

    private static final int BUCKET_BITS = 12;

    // A row: the lengths of word and ids, what else the owner knows of the word, the word, its ids.
    private static final int SIZES = 0;
    private static final int NOTE = 1;
    private static final int WORD = 2;
    private static final int IDS = WORD + LONGEST_WORD;
    private static final int ROW = IDS + MOST_IDS;

    private final int[] rows = new int[(2 * ROW) << BUCKET_BITS];
    private int bucket;

    /** An empty cache of 512 kB. */
    public WordCache() {}

    /**
     * The place of a word, or -1 if it is not there.
     *
     * @param text holds the word as {@code text[from..from + length)}
     * @param length 1 to {@link #LONGEST_WORD}
     */
    public int find(int[] text, int from, int length) {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ text[i]) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        bucket = (hash >>> (Integer.SIZE - BUCKET_BITS)) * 2 * ROW;
        return holds(bucket, text, from, length) ? bucket : holds(bucket + ROW, text, from, length) ? bucket + ROW : -1;
    }

    private boolean holds(int place, int[] text, int from, int length) {
        if (rows[place + SIZES] >>> 8 != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (rows[place + WORD + i] != text[from + i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Enters the word that {@link #find} did not find just now.
     *
     * @param note comes back from {@link #note}
     * @param ids lie in {@code ids[0..count)}
     * @param count at most {@link #MOST_IDS}
     * @return its place
     */
    public int put(int[] text, int from, int length, int note, int[] ids, int count) {
        System.arraycopy(rows, bucket, rows, bucket + ROW, ROW);
        rows[bucket + SIZES] = (length << 8) | count;
        rows[bucket + NOTE] = note;
        System.arraycopy(text, from, rows, bucket + WORD, length);
        System.arraycopy(ids, 0, rows, bucket + IDS, count);
        return bucket;
    }

    /** What was noted of the word at a place. */
    public int note(int place) {
        return rows[place + NOTE];
    }

    /** The number of ids of the word at a place. */
    public int count(int place) {
        return rows[place + SIZES] & 0xFF;
    }

    /** One id of the word at a place. */
    public int id(int place, int index) {
        return rows[place + IDS + index];
    }
}
