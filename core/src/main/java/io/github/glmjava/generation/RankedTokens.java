package io.github.glmjava.generation;

import java.util.Arrays;

/**
 * Tokens ordered by logit, and among equal logits by id (the lower id ranks higher), in a binary min-heap of packed
 * keys: the worst token is on top. Holding the best k of a vocabulary this way needs no sorting and no allocation.
 */
final class RankedTokens {
    private long[] heap = new long[16];
    private int size;

    /** A key that is greater the better the token ranks. The logit is not NaN. */
    static long key(float logit, int id) {
        // Float bits order like the numbers if all bits but the sign of negative ones are flipped; adding zero makes
        // -0 equal to 0.
        int bits = Float.floatToRawIntBits(logit + 0f);
        int ordered = bits ^ ((bits >> 31) & 0x7FFFFFFF);
        return ((long) ordered << 32) | (~id & 0xFFFFFFFFL);
    }

    static int id(long key) {
        return ~(int) key;
    }

    static float logit(long key) {
        int ordered = (int) (key >> 32);
        return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7FFFFFFF));
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** Makes room once, so that {@link #add} does not have to grow. */
    void reserve(int capacity) {
        if (capacity > heap.length) {
            heap = Arrays.copyOf(heap, capacity);
        }
    }

    void add(long key) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, Math.multiplyExact(size, 2));
        }
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (heap[parent] <= key) {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = key;
    }

    long least() {
        return heap[0];
    }

    long removeLeast() {
        long least = heap[0];
        long last = heap[--size];
        if (size > 0) {
            sink(last);
        }
        return least;
    }

    /** Holds the best tokens of a vocabulary: this replaces whatever was held. */
    void holdBest(float[] logits, int vocabularySize, int count) {
        clear();
        int limit = Math.min(count, vocabularySize);
        if (limit == 0) {
            return;
        }
        for (int id = 0; id < limit; id++) {
            add(key(logits[id], id));
        }
        // Ids rise, so a later token with an equal logit never displaces an earlier one.
        float worst = logit(heap[0]);
        for (int id = limit; id < vocabularySize; id++) {
            if (logits[id] > worst) {
                sink(key(logits[id], id));
                worst = logit(heap[0]);
            }
        }
    }

    /** Puts a key in the place of the least one. */
    private void sink(long key) {
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (key <= heap[child]) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = key;
    }
}
