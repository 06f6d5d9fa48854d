package io.github.glmjava.layer;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that run through the layers together, one a row of every activation: in which cache, and where in it, their
 * keys and values go, and how much of it they see. Rows may belong to several sequences; those of one follow one another.
 */
final class TokenRows {
    private @Nullable KeyValueCache[] caches = new KeyValueCache[1];
    private int[] slots = new int[1];
    private int[] seen = new int[1];
    private int count;

    /** Forgets all rows. */
    void clear() {
        Arrays.fill(caches, 0, count, null);
        count = 0;
    }

    /**
     * Adds a row.
     *
     * @param slot where its keys and values go; the rows of one cache have consecutive slots
     * @param seenSlots how many leading slots of the cache it sees, its own included
     */
    void add(KeyValueCache cache, int slot, int seenSlots) {
        if (count == slots.length) {
            caches = Arrays.copyOf(caches, 2 * count);
            slots = Arrays.copyOf(slots, 2 * count);
            seen = Arrays.copyOf(seen, 2 * count);
        }
        caches[count] = cache;
        slots[count] = slot;
        seen[count] = seenSlots;
        count++;
    }

    /** Forgets all but the last rows, which become the first. */
    void keepLast(int kept) {
        int dropped = count - kept;
        System.arraycopy(caches, dropped, caches, 0, kept);
        System.arraycopy(slots, dropped, slots, 0, kept);
        System.arraycopy(seen, dropped, seen, 0, kept);
        Arrays.fill(caches, kept, count, null);
        count = kept;
    }

    int count() {
        return count;
    }

    KeyValueCache cache(int row) {
        return Objects.requireNonNull(caches[row]);
    }

    int slot(int row) {
        return slots[row];
    }

    int seen(int row) {
        return seen[row];
    }

    /** The row after those that read the same cache as this one, but at most {@code most} rows on. */
    int endOfRun(int row, int most) {
        int end = row + 1;
        while (end < count && end - row < most && caches[end] == caches[row]) {
            end++;
        }
        return end;
    }
}
