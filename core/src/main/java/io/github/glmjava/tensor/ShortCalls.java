package io.github.glmjava.tensor;

/**
 * Keeps the first calls of a kernel short, a group of columns each instead of all. HotSpot compiles a method once it has been called or
 * its loops have gone round so many times, and until C2 has, an operation on vectors takes microseconds: with whole rows, hundreds
 * of times round a loop in each call, it would have been interpreted for most of a second before it had been called often enough.
 * The bits are the same, as kernels add group after group to sums in memory.
 *
 * <p>One for each kernel. Safe for use by many threads, which may count less than there were: it is about how many.
 */
final class ShortCalls {
    /** Some times what C2 waits for (1700 calls of 8 rounds), as it waits longer the more methods wait for it. */
    static final int CALLS = 8000;

    /** How many are still to be short. */
    int left = CALLS;

    /** How many of a product's groups the next call is to take. */
    int groups(int all) {
        if (left <= 0) {
            return all;
        }
        left--;
        return 1;
    }
}
