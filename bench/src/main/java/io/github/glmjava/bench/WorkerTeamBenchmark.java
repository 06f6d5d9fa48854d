package io.github.glmjava.bench;

import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one parallel section costs: with no work in it, what the team adds; with some, whether more threads than
 * processors, or a process that keeps a processor busy, make it slower than one thread alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkerTeamBenchmark {
    private static final int ITEMS = 512;

    /** Threads of the team. */
    @Param({"1", "2", "4"})
    public int threads = 1;

    /** Work of one item, in steps of about a nanosecond. */
    @Param({"0", "200"})
    public int steps;

    /** Threads that compute something else all the time. */
    @Param({"0", "1"})
    public int neighbours;

    private final ParallelTask task = (worker, from, to) -> Blackhole.consumeCPU((long) steps * (to - from));
    private WorkerTeam team = new WorkerTeam(1);
    private volatile boolean running;

    /** Starts the team and its neighbours. */
    @Setup
    public void start() {
        team = new WorkerTeam(threads);
        running = true;
        for (int i = 0; i < neighbours; i++) {
            Thread neighbour = new Thread(() -> {
                while (running) {
                    Blackhole.consumeCPU(1000);
                }
            });
            neighbour.setDaemon(true);
            neighbour.start();
        }
    }

    /** Ends them. */
    @TearDown
    public void stop() {
        running = false;
        team.close();
    }

    /** One section. */
    @Benchmark
    public void section() {
        team.run(task, ITEMS, 1);
    }
}
