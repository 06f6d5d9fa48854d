package io.github.glmjava.evaluation;

import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WeightArena;
import io.github.glmjava.tensor.WorkerTeam;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures the limits of the machine by loops on the Vector API that do nothing else, in moments beside what is to be
 * compared with them: on a machine that others use, too, both change from minute to minute.
 */
final class MachineProbe implements AutoCloseable {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

    /** Memory to read: many times the largest last-level cache that a few cores have to themselves. */
    private static final long READ_BYTES = 1L << 30;

    private static final int STEP = 8 * LONGS.vectorByteSize();

    /** A multiple of {@link #STEP} for every vector width. */
    private static final long PIECE = 1 << 20;

    /** A reading is the best of so many: a limit is what is reached when nothing comes between. */
    private static final int ROUNDS = 3;

    /** About 20 ms of multiply-adds. */
    private static final int MULTIPLY_ADDS = 1 << 22;

    private static final int CHAINS = 12;

    private static final int WARM_UP_CALLS = 30_000;

    private final WorkerTeam team;
    private final long[] checks;
    private final List<Double> reading = new ArrayList<>();
    private final List<Double> multiplying = new ArrayList<>();
    private long peakBytes = -1;

    MachineProbe(int threads) {
        team = new WorkerTeam(threads);
        checks = new long[threads * 16];
        // Short calls first: what is compiled in the middle of a long loop is not compiled as well.
        for (int call = 0; call < WARM_UP_CALLS; call++) {
            checks[0] += Float.floatToRawIntBits(multiplyAdd(CHAINS));
        }
    }

    /** Takes a reading of the memory's bandwidth, in some hundred milliseconds. */
    void readMemory() {
        peakBytes = peakBytes();
        try (WeightArena arena = WeightArena.open(READ_BYTES)) {
            // In the pages that weights lie in, and written to: pages of zeros would be one and the same.
            MemorySegment memory = arena.allocate(READ_BYTES, 64).fill((byte) 1);
            ParallelTask task = (worker, from, to) -> {
                for (int piece = from; piece < to; piece++) {
                    checks[worker * 16] += read(memory, piece * PIECE, PIECE);
                }
            };
            reading.add(READ_BYTES / best(task, (int) (READ_BYTES / PIECE)) / 1e9);
        }
        ProcessMemory.resetPeak();
    }

    /** Takes a reading of the peak of float multiply-adds, in about a hundred milliseconds. */
    void multiplyAdd() {
        ParallelTask task = (worker, from, to) -> {
            for (int item = from; item < to; item++) {
                checks[worker * 16] += Float.floatToRawIntBits(multiplyAdd(MULTIPLY_ADDS));
            }
        };
        double operations = 2.0 * team.threads() * MULTIPLY_ADDS * CHAINS * FLOATS.length();
        multiplying.add(operations / best(task, team.threads()) / 1e9);
    }

    /** What the readings say, at least one of each. */
    MachineLimits limits() {
        return new MachineLimits(team.threads(), new Speeds(reading), new Speeds(multiplying));
    }

    /** The largest resident memory so far, without what the readings took, or -1 where it is not known. */
    long peakBytes() {
        return Math.max(peakBytes, ProcessMemory.peak());
    }

    private double best(ParallelTask task, int items) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            team.run(task, items, 1);
            best = Math.min(best, SpeedMeter.seconds(start));
        }
        return best;
    }

    @Override
    public void close() {
        team.close();
    }

    private static long read(MemorySegment memory, long from, long bytes) {
        long width = LONGS.vectorByteSize();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long at = from; at < from + bytes; at += STEP) {
            a = a.add(load(memory, at)).add(load(memory, at + 4 * width));
            b = b.add(load(memory, at + width)).add(load(memory, at + 5 * width));
            c = c.add(load(memory, at + 2 * width)).add(load(memory, at + 6 * width));
            d = d.add(load(memory, at + 3 * width)).add(load(memory, at + 7 * width));
        }
        return a.add(b).add(c.add(d)).lane(0);
    }

    private static LongVector load(MemorySegment memory, long at) {
        return LongVector.fromMemorySegment(LONGS, memory, at, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * {@code count} steps of {@link #CHAINS} chains: enough to fill two units with a latency of four cycles. The result
     * takes the place of the addend, as in a product of matrices: else the compiler copies the addend every time.
     */
    private static float multiplyAdd(int count) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0x1p-10f);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        FloatVector k = a;
        FloatVector l = a;
        for (int n = 0; n < count; n++) {
            a = factor.fma(factor, a);
            b = factor.fma(factor, b);
            c = factor.fma(factor, c);
            d = factor.fma(factor, d);
            e = factor.fma(factor, e);
            f = factor.fma(factor, f);
            g = factor.fma(factor, g);
            h = factor.fma(factor, h);
            i = factor.fma(factor, i);
            j = factor.fma(factor, j);
            k = factor.fma(factor, k);
            l = factor.fma(factor, l);
        }
        FloatVector sum =
                a.add(b).add(c.add(d)).add(e.add(f).add(g.add(h))).add(i.add(j).add(k.add(l)));
        return sum.lane(0);
    }
}
