package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerTeamTest {
    @Test
    void everyItemIsDoneOnceInEverySection() {
        for (int threads = 1; threads <= 4; threads++) {
            try (WorkerTeam team = new WorkerTeam(threads)) {
                for (int section = 0; section < 3000; section++) {
                    int count = section % 300;
                    AtomicIntegerArray done = new AtomicIntegerArray(count + 1);
                    int most = threads;
                    team.run(
                            (worker, from, to) -> {
                                assertTrue(worker < most);
                                for (int i = from; i < to; i++) {
                                    done.incrementAndGet(i);
                                }
                            },
                            count,
                            1 + section % 7);
                    for (int i = 0; i < count; i++) {
                        assertEquals(1, done.get(i));
                    }
                }
            }
        }
    }

    @Test
    void severalCallersMayShareATeam() throws InterruptedException {
        try (WorkerTeam team = new WorkerTeam(3)) {
            AtomicInteger total = new AtomicInteger();
            Thread[] callers = new Thread[4];
            for (int i = 0; i < callers.length; i++) {
                callers[i] = new Thread(() -> {
                    for (int section = 0; section < 2000; section++) {
                        team.run((worker, from, to) -> total.addAndGet(to - from), 50, 1);
                    }
                });
                callers[i].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(4 * 2000 * 50, total.get());
        }
    }

    @Test
    void aFailureReachesTheCallerAndTheTeamGoesOn() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            IllegalStateException failure = new IllegalStateException("broken item");
            for (int round = 0; round < 100; round++) {
                int broken = round;
                ParallelTask task = (worker, from, to) -> {
                    if (from <= broken && broken < to) {
                        throw failure;
                    }
                };
                assertSame(failure, assertThrows(IllegalStateException.class, () -> team.run(task, 100, 1)));
            }
            AtomicInteger done = new AtomicInteger();
            team.run((worker, from, to) -> done.addAndGet(to - from), 100, 1);
            assertEquals(100, done.get());
        }
    }

    @Test
    void aClosedTeamRunsNothing() {
        for (int threads = 1; threads <= 3; threads++) {
            WorkerTeam team = new WorkerTeam(threads);
            team.close();
            AtomicInteger done = new AtomicInteger();
            assertThrows(
                    IllegalStateException.class,
                    () -> team.run((worker, from, to) -> done.addAndGet(to - from), 100, 1));
            assertEquals(0, done.get());
        }
    }

    @Test
    void closingWaitsForTheSectionThatHasBegun() throws InterruptedException {
        WorkerTeam team = new WorkerTeam(2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Thread caller = new Thread(() -> team.run(
                (worker, from, to) -> {
                    begun.countDown();
                    awaitUninterruptibly(mayEnd);
                    ended.set(true);
                },
                1,
                1));
        caller.start();
        begun.await();
        AtomicBoolean endedBeforeClosed = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            team.close();
            endedBeforeClosed.set(ended.get());
        });
        closer.start();
        closer.join(50);
        assertTrue(closer.isAlive());
        mayEnd.countDown();
        closer.join();
        caller.join();
        assertTrue(endedBeforeClosed.get());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
