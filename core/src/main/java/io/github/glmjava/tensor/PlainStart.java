package io.github.glmjava.tensor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Small products of a process's first moments are computed in plain Java, with the same bits: until C2 has compiled a kernel, its
 * vectors are objects and every operation on them is a loop over lanes, so that the first token of a small model would wait
 * half a second for the compiler. How long the process will go on is not known, so plain Java is used until it has cost about as
 * much as compiling: whoever stops before has won, and whoever goes on has lost little (the ski rental rule).
 *
 * <p>Safe for use by many threads.
 */
final class PlainStart {
    /** Set to how many milliseconds of plain Java there may be, over all threads; 0 to have vectors from the beginning. */
    private static final String PROPERTY = "glmjava.plainStart";

    private static final int DEFAULT_MILLISECONDS = 1000;

    /** Larger products take longer in plain Java than the compiler would, and have the kernels compiled in their course. */
    private static final long LARGEST_MULTIPLY_ADDS = 1L << 26;

    /** That of the process: compiled code is the process's, too. */
    static final PlainStart PROCESS = new PlainStart(Integer.getInteger(PROPERTY, DEFAULT_MILLISECONDS));

    /** Nanoseconds of plain Java that may still be. */
    private final AtomicLong left;

    PlainStart(int milliseconds) {
        left = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }

    /** Whether a product is to be computed in plain Java; after the first that is too large for it, none is. */
    boolean takes(int tokens, int rows, int columns) {
        if (left.get() <= 0) {
            return false;
        }
        if ((long) rows * columns > LARGEST_MULTIPLY_ADDS / tokens) {
            left.set(0);
            return false;
        }
        return true;
    }

    /** Notes that plain Java was used since {@code start}, by {@link System#nanoTime}. */
    void used(long start) {
        left.addAndGet(start - System.nanoTime());
    }
}
