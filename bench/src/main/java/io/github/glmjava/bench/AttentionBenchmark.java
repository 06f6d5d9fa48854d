package io.github.glmjava.bench;

import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.KeyValuePage;
import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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

/**
 * Attention of one token to all that is in the caches of ChatGLM3-6B's layers: 28 of them, 2 groups with 16 heads each, larger
 * than any processor's cache. What counts is GB/s of keys and values against the memory's, and for the small formats the
 * multiply-adds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx4g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AttentionBenchmark {
    private static final int LAYERS = 28;
    private static final int GROUPS = 2;
    private static final int HEADS_PER_GROUP = 16;
    private static final int HEAD_SIZE = 128;

    /** How keys and values are stored. */
    @Param({"F32", "BF16", "Q8"})
    public CacheFormat format = CacheFormat.F32;

    /** Positions in the cache, a multiple of a page's. */
    @Param("4096")
    public int depth = 4096;

    /** Threads of the team. */
    @Param({"1", "2"})
    public int threads = 1;

    private final Kernels kernels = KernelProvider.kernels();
    private final List<KeyValuePage> pages = new ArrayList<>();
    private final ParallelTask task = this::attend;
    private WorkerTeam team = new WorkerTeam(1);
    private AttentionTile[] tiles = new AttentionTile[0];

    /** Fills the caches and makes the queries. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        float[] features = new float[HEADS_PER_GROUP * HEAD_SIZE];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextDouble(-1, 1);
        }
        for (int i = 0; i < LAYERS * depth / AttentionTile.PAGE; i++) {
            KeyValuePage page = kernels.page(format, GROUPS, HEAD_SIZE, HEAD_SIZE);
            for (int slot = 0; slot < GROUPS * AttentionTile.PAGE; slot++) {
                int offset = random.nextInt(features.length - HEAD_SIZE);
                page.storeKey(slot % GROUPS, slot / GROUPS, features, offset);
                page.storeValue(slot % GROUPS, slot / GROUPS, features, offset);
            }
            pages.add(page);
        }
        team = new WorkerTeam(threads);
        tiles = new AttentionTile[threads];
        for (int i = 0; i < threads; i++) {
            tiles[i] = new AttentionTile(HEADS_PER_GROUP, HEAD_SIZE, HEAD_SIZE);
            for (int head = 0; head < HEADS_PER_GROUP; head++) {
                tiles[i].query(head, features, head * HEAD_SIZE, (float) (1 / Math.sqrt(HEAD_SIZE)));
            }
        }
    }

    /** Ends threads. */
    @TearDown
    public void tearDown() {
        team.close();
    }

    /** One token through the attention of all layers. */
    @Benchmark
    public AttentionTile attend(Rates rates) {
        team.run(task, LAYERS * GROUPS, 1);
        rates.gigabytes += (double) pages.size() * KeyValuePage.bytes(format, GROUPS, HEAD_SIZE, HEAD_SIZE) / 1e9;
        rates.gigaMultiplyAdds += 2.0 * LAYERS * GROUPS * HEADS_PER_GROUP * HEAD_SIZE * depth / 1e9;
        return tiles[0];
    }

    private void attend(int worker, int from, int to) {
        AttentionTile tile = tiles[worker];
        int pagesPerLayer = depth / AttentionTile.PAGE;
        for (int item = from; item < to; item++) {
            tile.begin(HEADS_PER_GROUP);
            for (int head = 0; head < HEADS_PER_GROUP; head++) {
                tile.see(head, AttentionTile.PAGE);
            }
            for (int page = 0; page < pagesPerLayer; page++) {
                kernels.attend(tile, pages.get(item / GROUPS * pagesPerLayer + page), item % GROUPS);
            }
        }
    }
}
