package io.github.glmjava.tokenizer.bpe;

import org.jspecify.annotations.Nullable;

/**
 * Encodes words by byte-level BPE: one that is known to become one token is taken at once, of any other the bytes are
 * merged. Short words are kept. Holds scratch memory, to be used again; not safe for use by several threads.
 */
public final class ByteMerger {
    /** Texts of more characters are worth the memory in which words are kept. */
    private static final int LONG_TEXT = 1000;

    private static final int BYTES_WORTH_KEEPING = 1 << 20;

    private final ByteStrings tokens;
    private final int @Nullable [] tokenIds;
    private final boolean[] becomeOne;
    private final int[] singleBytes;
    private final SymbolEncoder encoder;
    private final Utf8Buffer buffer = new Utf8Buffer();
    private int[] ids = new int[64];
    private @Nullable WordCache words;

    /**
     * See {@link ByteMergers#ByteMergers}.
     *
     * @param becomeOne tokens that are known to be what a word of their bytes becomes; others are entered when that is found
     */
    ByteMerger(
            ByteStrings tokens,
            int @Nullable [] tokenIds,
            boolean[] becomeOne,
            int[] singleBytes,
            SymbolEncoder encoder) {
        this.tokens = tokens;
        this.tokenIds = tokenIds;
        this.becomeOne = becomeOne;
        this.singleBytes = singleBytes;
        this.encoder = encoder;
    }

    /** Prepares for the words of a text of so many characters. */
    void begin(int length) {
        if (words == null && length > LONG_TEXT) {
            words = new WordCache();
        }
    }

    /** Whether its memory is worth keeping for the next text: no word was huge. */
    boolean isWorthKeeping() {
        return ids.length <= BYTES_WORTH_KEEPING;
    }

    /**
     * Encodes the word {@code text[from..to)}.
     *
     * @return the number of its ids
     */
    public int encode(String text, int from, int to) {
        WordCache kept = words;
        if (kept == null) {
            return merge(text, from, to);
        }
        int place = kept.find(text, from, to);
        if (place < 0) {
            int count = merge(text, from, to);
            if (place == WordCache.ABSENT && count <= WordCache.MOST_IDS) {
                kept.put(0, ids, 0, count);
            }
            return count;
        }
        int count = kept.count(place);
        for (int i = 0; i < count; i++) {
            ids[i] = kept.id(place, i);
        }
        return count;
    }

    /** One id of the word that was encoded last. */
    public int id(int index) {
        return ids[index];
    }

    private int merge(String text, int from, int to) {
        int count = buffer.encode(text, from, to);
        byte[] bytes = buffer.bytes();
        int token = tokens.indexOf(bytes, 0, count);
        int id = tokenIds == null || token < 0 ? token : tokenIds[token];
        if (token >= 0 && becomeOne[token]) {
            ids[0] = id;
            return 1;
        }
        if (ids.length < count) {
            ids = new int[Math.max(count, ids.length * 2)];
        }
        for (int i = 0; i < count; i++) {
            ids[i] = singleBytes[bytes[i] & 0xFF];
        }
        int size = encoder.encode(ids, 0, count);
        if (token >= 0 && size == 1 && ids[0] == id) {
            becomeOne[token] = true;
        }
        return size;
    }
}
