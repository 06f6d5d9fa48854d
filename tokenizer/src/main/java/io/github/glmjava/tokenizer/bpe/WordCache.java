package io.github.glmjava.tokenizer.bpe;

/**
 * The ids of short words that were encoded before, in a table of fixed size: of the words that belong in one bucket the two latest
 * stay. It makes no garbage. Not safe for use by several threads.
 *
 * <p>A word and what is known of it are four longs, a bucket is as long as a cache line. The word is packed, so that it is compared by two
 * longs: characters of ASCII in 7 bits each, others in 16.
 */
public final class WordCache {
    /** Words of more characters are not kept; if not all are ASCII, it is 7. */
    public static final int LONGEST_WORD = 16;

    /** Words of more ids are not kept. */
    public static final int MOST_IDS = 4;

    /** No word is at this place. */
    public static final int ABSENT = -1;

    /** A word of this kind never has a place. */
    public static final int NEVER_KEPT = -2;

    private static final int BUCKET_BITS = 15;
    private static final int ASCII = 0x80;
    private static final int BMP = 1 << 16;
    private static final int MOST_OF_BMP = 7;
    private static final int PACKED_IN_FIRST = 8;
    private static final int ID_BITS = 21;
    private static final int COUNT_BITS = 3;

    // A row: the packed word, the first three ids, and the note, the last id and the number of ids.
    private static final int SECOND = 1;
    private static final int IDS = 2;
    private static final int REST = 3;
    private static final int ROW = 4;

    private final long[] rows = new long[(2 * ROW) << BUCKET_BITS];

    // The word that was looked for last.
    private long first;
    private long second;
    private int bucket;

    /** An empty cache of 2 MB. */
    public WordCache() {}

    /**
     * The place of a word, {@link #ABSENT} or {@link #NEVER_KEPT}.
     *
     * @param text holds the word as {@code text[from..to)}
     * @param kind 0 or 1: words of different kinds are different words
     */
    public int find(int[] text, int from, int to, int kind) {
        int length = to - from;
        if (length > LONGEST_WORD) {
            return NEVER_KEPT;
        }
        int all = 0;
        int half = Math.min(to, from + PACKED_IN_FIRST);
        // The leading bit tells words from those with zeros in front.
        long packed = 2 | kind;
        for (int i = from; i < half; i++) {
            all |= text[i];
            packed = packed << 7 | text[i];
        }
        first = packed;
        packed = 1;
        for (int i = half; i < to; i++) {
            all |= text[i];
            packed = packed << 7 | text[i];
        }
        second = packed;
        if (all >= ASCII) {
            if (length > MOST_OF_BMP || all >= BMP) {
                return NEVER_KEPT;
            }
            first = 0;
            second = 0;
            for (int i = from; i < to; i++) {
                addOther(text[i]);
            }
            endOther(length, kind);
        }
        return find();
    }

    /** The same for a word {@code text[from..to)} of the kind 0. */
    public int find(String text, int from, int to) {
        int length = to - from;
        if (length > LONGEST_WORD) {
            return NEVER_KEPT;
        }
        int all = 0;
        int half = Math.min(to, from + PACKED_IN_FIRST);
        long packed = 2;
        for (int i = from; i < half; i++) {
            all |= text.charAt(i);
            packed = packed << 7 | text.charAt(i);
        }
        first = packed;
        packed = 1;
        for (int i = half; i < to; i++) {
            all |= text.charAt(i);
            packed = packed << 7 | text.charAt(i);
        }
        second = packed;
        if (all >= ASCII) {
            if (length > MOST_OF_BMP) {
                return NEVER_KEPT;
            }
            first = 0;
            second = 0;
            for (int i = from; i < to; i++) {
                addOther(text.charAt(i));
            }
            endOther(length, 0);
        }
        return find();
    }

    private void addOther(int unit) {
        second = second << 16 | first >>> 48;
        first = first << 16 | unit;
    }

    /** The highest byte becomes one that no word of ASCII has in the second long. */
    private void endOther(int length, int kind) {
        second |= (0xFF00L | kind << 4 | length) << 48;
    }

    private int find() {
        long hash = (first ^ (second * 0xC2B2AE3D27D4EB4FL)) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        bucket = (int) (hash >>> (Long.SIZE - BUCKET_BITS)) * 2 * ROW;
        if (rows[bucket] == first && rows[bucket + SECOND] == second) {
            return bucket;
        }
        return rows[bucket + ROW] == first && rows[bucket + ROW + SECOND] == second ? bucket + ROW : ABSENT;
    }

    /**
     * Enters the word that {@link #find} did not find just now.
     *
     * @param note comes back from {@link #note}
     * @param ids lie in {@code ids[from..from + count)}, each less than 2^21
     * @param count at most {@link #MOST_IDS}
     * @return its place
     */
    public int put(int note, int[] ids, int from, int count) {
        System.arraycopy(rows, bucket, rows, bucket + ROW, ROW);
        long packed = 0;
        for (int i = Math.min(count, MOST_IDS - 1) - 1; i >= 0; i--) {
            packed = packed << ID_BITS | ids[from + i];
        }
        rows[bucket] = first;
        rows[bucket + SECOND] = second;
        rows[bucket + IDS] = packed;
        long last = count == MOST_IDS ? ids[from + count - 1] : 0;
        rows[bucket + REST] = (long) note << 32 | last << COUNT_BITS | count;
        return bucket;
    }

    /** What was noted of the word at a place. */
    public int note(int place) {
        return (int) (rows[place + REST] >>> 32);
    }

    /** The number of ids of the word at a place. */
    public int count(int place) {
        return (int) rows[place + REST] & ((1 << COUNT_BITS) - 1);
    }

    /** One id of the word at a place. */
    public int id(int place, int index) {
        long packed =
                index < MOST_IDS - 1 ? rows[place + IDS] >>> (index * ID_BITS) : rows[place + REST] >>> COUNT_BITS;
        return (int) packed & ((1 << ID_BITS) - 1);
    }
}
