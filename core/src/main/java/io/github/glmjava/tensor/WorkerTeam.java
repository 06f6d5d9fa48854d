package io.github.glmjava.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads for the many short parallel sections of a decode step (several per layer). The caller works
 * too, workers claim chunks from a shared counter, and nobody waits for a worker that has not claimed anything: a busy
 * neighbour slows a section down but cannot stop it. Idle workers spin for some microseconds and then park.
 *
 * <p>Safe for use by many threads: when the team is taken by another caller's section, a caller does its items alone,
 * which gives the same results because items are independent.
 */
public final class WorkerTeam implements AutoCloseable {
    private static final VarHandle STATE;
    private static final VarHandle COMPLETED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(WorkerTeam.class, "state", long.class);
            COMPLETED = lookup.findVarHandle(WorkerTeam.class, "completed", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Bits of the state word that count grains; above two such fields sits the number of the section. */
    private static final int GRAIN_BITS = 20;

    private static final int MAX_GRAINS = (1 << GRAIN_BITS) - 1;

    /** About 40 microseconds: longer than the serial work between two sections of a decode step. */
    private static final int SPINS_BEFORE_PARK = 1000;

    /** Whether some worker waits for a processor: a thread that spins would then keep it from one that works. */
    private final boolean crowded;

    private final Worker[] workers;
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Sections that have begun and not ended, those of callers that work alone included. */
    private final AtomicInteger sections = new AtomicInteger();

    private volatile boolean closed;

    /** {@code section number | grains in the section | next unclaimed grain}: one compare-and-set claims a chunk of grains. */
    @SuppressWarnings("UnusedVariable") // through STATE
    private volatile long state;

    @SuppressWarnings("UnusedVariable") // through COMPLETED
    private volatile int completed;

    // The running section; written before the state is published, and stable while any grain of it is unfinished.
    private ParallelTask task = (worker, from, to) -> {};
    private int items;
    private int itemsPerGrain;
    private volatile @Nullable Throwable failure;

    /**
     * Starts the threads, as daemons.
     *
     * @param threads the caller included, at least 1
     */
    public WorkerTeam(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, found " + threads);
        }
        crowded = threads > Runtime.getRuntime().availableProcessors();
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    /** The number of threads that work on a section, the caller included. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Runs a task over {@code 0 <= item < count} and returns when all of it is done.
     *
     * @param parallelTask what to do
     * @param count the number of items
     * @param grain the fewest items worth handing to a thread
     * @throws IllegalStateException if the team is closed
     */
    public void run(ParallelTask parallelTask, int count, int grain) {
        sections.incrementAndGet();
        try {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            runSection(parallelTask, count, grain);
        } finally {
            sections.decrementAndGet();
        }
    }

    private void runSection(ParallelTask parallelTask, int count, int grain) {
        int perGrain = Math.max(grain, Math.ceilDiv(count, MAX_GRAINS));
        int grains = Math.ceilDiv(count, perGrain);
        if (grains <= 1 || workers.length == 0 || !taken.compareAndSet(false, true)) {
            if (count > 0) {
                parallelTask.run(0, 0, count);
            }
            return;
        }
        try {
            task = parallelTask;
            items = count;
            itemsPerGrain = perGrain;
            completed = 0;
            long section = (state >>> (2 * GRAIN_BITS)) + 1;
            state = section << (2 * GRAIN_BITS) | (long) grains << GRAIN_BITS;
            for (Worker worker : workers) {
                worker.wake();
            }
            work(0);
            awaitCompletion(grains);
            Throwable problem = failure;
            if (problem != null) {
                failure = null;
                rethrow(problem);
            }
        } finally {
            taken.set(false);
        }
    }

    private static void rethrow(Throwable problem) {
        if (problem instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) problem;
    }

    /**
     * Claims and runs chunks of the current section until none is left. Returns whether there was any. Chunks are large at first and
     * then ever smaller (guided self-scheduling; Polychronopoulos and Kuck, 1987): few claims, and all threads end at about the
     * same time, also where a noisy machine makes some slower than others.
     */
    private boolean work(int worker) {
        boolean worked = false;
        while (true) {
            long current = (long) STATE.getAcquire(this);
            int next = (int) current & MAX_GRAINS;
            int grains = (int) (current >>> GRAIN_BITS) & MAX_GRAINS;
            if (next >= grains) {
                return worked;
            }
            int claimed = Math.ceilDiv(grains - next, 2 * threads());
            if (STATE.compareAndSet(this, current, current + claimed)) {
                worked = true;
                try {
                    task.run(worker, next * itemsPerGrain, Math.min(items, (next + claimed) * itemsPerGrain));
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    COMPLETED.getAndAdd(this, claimed);
                }
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint as good as the other one; nothing depends on it
    private void spin() {
        if (crowded) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private void awaitCompletion(int grains) {
        int spins = 0;
        while (completed < grains) {
            if (++spins < SPINS_BEFORE_PARK) {
                spin();
            } else {
                LockSupport.parkNanos(this, 20_000);
            }
        }
    }

    /**
     * Waits for the sections that have begun and ends the threads: then nothing reads any more what the sections read, which
     * may be freed. Must not be called in a section.
     */
    @Override
    public void close() {
        closed = true;
        while (sections.get() > 0) {
            LockSupport.parkNanos(this, 20_000);
        }
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private volatile boolean parked;

        Worker(int number) {
            super("glm-worker-" + number);
            this.number = number;
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            int spins = 0;
            while (!closed) {
                if (work(number)) {
                    spins = 0;
                } else if (++spins < SPINS_BEFORE_PARK) {
                    spin();
                } else {
                    parked = true;
                    // Look once more: a section published before the flag was seen would not have woken this thread.
                    if (!work(number) && !closed) {
                        LockSupport.park(WorkerTeam.this);
                    }
                    parked = false;
                    spins = 0;
                }
            }
        }
    }
}
