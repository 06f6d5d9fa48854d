package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What it costs the current thread to read a damaged file: it is refused before it gets what a number in it asks for. */
final class ReadingCost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final long MOST_NANOSECONDS = 1_000_000_000;

    private final long bytes = THREADS.getCurrentThreadAllocatedBytes();
    private final long time = THREADS.getCurrentThreadCpuTime();

    private ReadingCost() {}

    /** Counts from now on. */
    static ReadingCost begin() {
        return new ReadingCost();
    }

    /** The bytes that were allocated since the beginning. */
    long bytes() {
        return THREADS.getCurrentThreadAllocatedBytes() - bytes;
    }

    /** Fails if more than so many bytes were allocated since the beginning, or a second of processor time is spent. */
    void check(String mutant, long mostBytes) {
        long spent = THREADS.getCurrentThreadCpuTime() - time;
        long allocated = bytes();
        assertTrue(spent < MOST_NANOSECONDS, mutant + " took " + spent + " ns");
        assertTrue(allocated < mostBytes, mutant + " allocated " + allocated + " bytes");
    }
}
