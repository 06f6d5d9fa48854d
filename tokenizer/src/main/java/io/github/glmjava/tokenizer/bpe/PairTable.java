package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/**
 * From a pair of adjacent symbols to the symbol that they merge into: a hash table with open addressing in which one
 * entry (left, right, merged, 21 bits each) is one long, so a lookup mostly touches one cache line. A lookup of a pair that is not in
 * the table mostly touches only its bit in a filter, which is small enough to stay in the cache.
 */
public final class PairTable {
    /** Symbols are smaller than this. */
    public static final int SYMBOL_LIMIT = (1 << 21) - 1;

    /** The result for a pair that is not in the table: no merge will ever cross the border between the two. */
    public static final int ABSENT = -1;

    /** The result for a pair that does not merge itself, while some longer merge may cross its border. */
    public static final int CROSSED = SYMBOL_LIMIT;

    private static final long EMPTY = -1L;
    private static final long VALUE_MASK = (1L << 21) - 1;

    private long[] slots = new long[1 << 10];
    private long[] filter = filter(slots);
    private int size;
    private int shift = 64 - 10;

    /** An empty table. */
    public PairTable() {
        Arrays.fill(slots, EMPTY);
    }

    /**
     * The merged symbol of a pair.
     *
     * @param left any int; a negative one is in no pair
     * @param right likewise
     * @return the symbol, {@link #CROSSED} or {@link #ABSENT}
     */
    public int get(int left, int right) {
        if ((left | right) < 0) {
            return ABSENT;
        }
        long key = key(left, right);
        long hash = hash(key);
        if (((filter[filterWord(hash)] >>> filterBit(hash)) & 1) == 0) {
            return ABSENT;
        }
        int mask = slots.length - 1;
        for (int slot = (int) (hash >>> shift); ; slot = (slot + 1) & mask) {
            long entry = slots[slot];
            if (entry >>> 21 == key) {
                return (int) (entry & VALUE_MASK);
            }
            if (entry == EMPTY) {
                return ABSENT;
            }
        }
    }

    /** Enters a pair; a symbol replaces {@link #CROSSED}, never the other way round. */
    public void put(int left, int right, int merged) {
        if (left < 0 || left >= SYMBOL_LIMIT || right < 0 || right >= SYMBOL_LIMIT || merged < 0) {
            throw new IllegalArgumentException("symbols " + left + ", " + right + " -> " + merged);
        }
        if (size * 2L >= slots.length) {
            grow();
        }
        long key = key(left, right);
        long hash = hash(key);
        int mask = slots.length - 1;
        int slot = (int) (hash >>> shift);
        while (slots[slot] != EMPTY && slots[slot] >>> 21 != key) {
            slot = (slot + 1) & mask;
        }
        if (slots[slot] == EMPTY) {
            size++;
        } else if (merged == CROSSED) {
            return;
        }
        slots[slot] = (key << 21) | merged;
        filter[filterWord(hash)] |= 1L << filterBit(hash);
    }

    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        shift--;
        Arrays.fill(slots, EMPTY);
        filter = filter(slots);
        int mask = slots.length - 1;
        for (long entry : old) {
            if (entry != EMPTY) {
                long hash = hash(entry >>> 21);
                filter[filterWord(hash)] |= 1L << filterBit(hash);
                int slot = (int) (hash >>> shift);
                while (slots[slot] != EMPTY) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = entry;
            }
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 21) | right;
    }

    private static long hash(long key) {
        return key * 0x9E3779B97F4A7C15L;
    }

    /** Two bits for each slot. */
    private static long[] filter(long[] slots) {
        return new long[slots.length / (Long.SIZE / 2)];
    }

    private int filterWord(long hash) {
        return (int) (hash >>> shift >>> 5);
    }

    private int filterBit(long hash) {
        return (int) (hash >>> (shift - 1)) & (Long.SIZE - 1);
    }
}
