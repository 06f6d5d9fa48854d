package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/**
 * A set of distinct byte strings numbered from 0, with lookup both ways. All bytes lie in one array and the hash table is one
 * of ints, so a vocabulary of 150,000 entries is four objects. Immutable.
 */
public final class ByteStrings {
    /** The longest byte string that is accepted; it bounds the work that a hostile file can ask for. */
    public static final int MAX_LENGTH = 1024;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final long[] POWERS = new long[MAX_LENGTH + 1];

    static {
        POWERS[0] = 1;
        for (int i = 1; i <= MAX_LENGTH; i++) {
            POWERS[i] = POWERS[i - 1] * MULTIPLIER;
        }
    }

    private final byte[] bytes;
    private final int[] ends;
    private final int[] slots;

    private ByteStrings(byte[] bytes, int[] ends, int[] slots) {
        this.bytes = bytes;
        this.ends = ends;
        this.slots = slots;
    }

    /** The number of byte strings. */
    public int size() {
        return ends.length;
    }

    /** The bytes of one string. */
    public byte[] get(int id) {
        return Arrays.copyOfRange(bytes, start(id), ends[id]);
    }

    /** The number of bytes of one string. */
    public int length(int id) {
        return ends[id] - start(id);
    }

    /** One byte of one string. */
    public byte byteAt(int id, int index) {
        return bytes[start(id) + index];
    }

    private int start(int id) {
        return id == 0 ? 0 : ends[id - 1];
    }

    /** The number of the string that equals {@code text[from..to)}, or -1. */
    public int indexOf(byte[] text, int from, int to) {
        if (to - from > MAX_LENGTH) {
            return -1;
        }
        long hash = 0;
        for (int i = from; i < to; i++) {
            hash = hash * MULTIPLIER + (text[i] + 129);
        }
        return indexOf(text, from, to, hash);
    }

    private int indexOf(byte[] text, int from, int to, long hash) {
        int mask = slots.length - 1;
        for (int slot = slotOf(hash, mask); slots[slot] >= 0; slot = (slot + 1) & mask) {
            int id = slots[slot];
            if (Arrays.equals(bytes, start(id), ends[id], text, from, to)) {
                return id;
            }
        }
        return -1;
    }

    private static int slotOf(long hash, int mask) {
        long mixed = (hash ^ (hash >>> 29)) * 0xBF58476D1CE4E5B9L;
        return (int) (mixed >>> 32) & mask;
    }

    /** Looks up parts of one string of this set, each in time that does not depend on the part's length if it is absent. */
    public Parts parts(int id) {
        return new Parts(id);
    }

    /** The parts of one byte string of the set. */
    public final class Parts {
        private final int start;
        private final long[] hashes;

        private Parts(int id) {
            start = start(id);
            int length = length(id);
            hashes = new long[length + 1];
            for (int i = 0; i < length; i++) {
                hashes[i + 1] = hashes[i] * MULTIPLIER + (bytes[start + i] + 129);
            }
        }

        /** The number of the string that equals bytes from..to of this one, or -1. */
        public int indexOf(int from, int to) {
            long hash = hashes[to] - hashes[from] * POWERS[to - from];
            return ByteStrings.this.indexOf(bytes, start + from, start + to, hash);
        }
    }

    /** Collects byte strings in order of their numbers. */
    public static final class Builder {
        private byte[] bytes = new byte[1 << 12];
        private int size;
        private final IntList ends = new IntList(1024);

        /**
         * Adds the next byte string.
         *
         * @param text at most {@link #MAX_LENGTH} bytes
         */
        public void add(byte[] text) {
            if (text.length > MAX_LENGTH) {
                throw new IllegalArgumentException(text.length + " bytes, at most " + MAX_LENGTH);
            }
            if (bytes.length - size < text.length) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + text.length));
            }
            System.arraycopy(text, 0, bytes, size, text.length);
            size += text.length;
            ends.add(size);
        }

        /** The number of byte strings so far. */
        public int size() {
            return ends.size();
        }

        /**
         * Builds the set.
         *
         * @throws DuplicateException if two of the strings are equal
         */
        public ByteStrings build() throws DuplicateException {
            int count = ends.size();
            int[] slots = new int[Integer.highestOneBit(Math.max(count, 8)) * 4];
            Arrays.fill(slots, -1);
            ByteStrings set = new ByteStrings(Arrays.copyOf(bytes, size), ends.toArray(), slots);
            int mask = slots.length - 1;
            for (int id = 0; id < count; id++) {
                long hash = 0;
                for (int i = set.start(id); i < set.ends[id]; i++) {
                    hash = hash * MULTIPLIER + (bytes[i] + 129);
                }
                int earlier = set.indexOf(set.bytes, set.start(id), set.ends[id], hash);
                if (earlier >= 0) {
                    throw new DuplicateException(earlier, id);
                }
                int slot = slotOf(hash, mask);
                while (slots[slot] >= 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = id;
            }
            return set;
        }
    }

    /** Two entries are equal. */
    public static final class DuplicateException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int first;
        private final int second;

        private DuplicateException(int first, int second) {
            super("entries " + first + " and " + second + " are equal");
            this.first = first;
            this.second = second;
        }

        /** The number of the earlier entry. */
        public int first() {
            return first;
        }

        /** The number of the later entry. */
        public int second() {
            return second;
        }
    }
}
