package io.github.glmjava.engine;

import com.sun.management.ThreadMXBean;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.tensor.CacheFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A program that prints how many bytes all threads together allocate in {@value #STEPS} decode steps, once they are warm:
 * until the vector code is compiled its vectors are objects, and a worker allocates its scratch space when it first gets
 * work. So it measures again and again, until the result is small enough or time is up. What is allocated for every token
 * shows in every measurement.
 */
final class AllocationMeter {
    /** How much is measured. All steps are within the first page of the key-value cache, which holds 128 positions. */
    static final int STEPS = 60;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static final int PROMPT = 8;

    private AllocationMeter() {}

    /**
     * Arguments: {@code sequence}, {@code batch} or {@code generate}, the model's folder, the number of threads, how little is
     * enough, and except for {@code generate} the formats of weights and of keys and values.
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        int threads = Integer.parseInt(args[2]);
        long enough = Long.parseLong(args[3]);
        if (args[0].equals("generate")) {
            System.out.println(generate(folder, threads, enough));
            return;
        }
        WeightFormat weights = WeightFormat.valueOf(args[4]);
        CacheFormat cache = CacheFormat.valueOf(args[5]);
        try (OpenNetwork network = OpenNetwork.open(folder, threads, weights, cache)) {
            System.out.println(
                    args[0].equals("batch") ? batch(network, threads, enough) : sequence(network, threads, enough));
        }
    }

    private static int[] ids() {
        int[] ids = new int[STEPS];
        for (int i = 0; i < STEPS; i++) {
            ids[i] = 3 + 2 * i;
        }
        return ids;
    }

    /** Several sequences decoded together. */
    private static long batch(OpenNetwork network, int threads, long enough) {
        NetworkBatch batch = network.batch(PROMPT);
        int[] ids = ids();
        List<NetworkSequence> sequences = List.of(batch.newSequence(), batch.newSequence(), batch.newSequence());
        for (NetworkSequence sequence : sequences) {
            sequence.append(ids, 0, PROMPT);
        }
        int[] next = new int[sequences.size()];
        long[] team = teamAndThisThread(threads);
        return least(enough, () -> {
            for (int i = 0; i < sequences.size(); i++) {
                sequences.get(i).truncate(PROMPT);
            }
            long before = allocated(team);
            for (int step = 0; step < STEPS; step++) {
                for (int i = 0; i < next.length; i++) {
                    next[i] = ids[(step + i) % STEPS];
                }
                batch.step(sequences, next);
                for (int i = 0; i < next.length; i++) {
                    sequences.get(i).logits();
                }
            }
            return allocated(team) - before;
        });
    }

    private static long sequence(OpenNetwork network, int threads, long enough) {
        NetworkSequence sequence = network.sequence(PROMPT);
        int[] ids = ids();
        sequence.append(ids, 0, PROMPT);
        long[] team = teamAndThisThread(threads);
        return least(enough, () -> {
            sequence.truncate(PROMPT);
            long before = allocated(team);
            for (int step = 0; step < STEPS; step++) {
                sequence.append(ids, step, step + 1);
                sequence.logits();
            }
            return allocated(team) - before;
        });
    }

    /** Through the public API with a listener; a long answer less a short one. */
    private static long generate(Path folder, int threads, long enough) throws IOException {
        LoadOptions options = LoadOptions.builder().threads(threads).build();
        try (GlmModel model = GlmModel.load(folder, options)) {
            long[] team = teamAndThisThread(threads);
            return least(enough, () -> generate(model, 40 + STEPS, team) - generate(model, 40, team));
        }
    }

    private static long generate(GlmModel model, int tokens, long[] team) {
        GenerationOptions.Builder options =
                GenerationOptions.builder().doSample(false).maxNewTokens(tokens);
        for (int stop : model.promptFormat().stopIds()) {
            options.logitBias(stop, Double.NEGATIVE_INFINITY);
        }
        GenerationRequest request = GenerationRequest.ofText("春").withOptions(options.build());
        long before = allocated(team);
        GenerationResult result = model.generate(request, token -> {});
        long bytes = allocated(team) - before;
        if (result.ids().length != tokens) {
            throw new IllegalStateException("expected " + tokens + " tokens: " + result);
        }
        return bytes;
    }

    private static long least(long enough, LongSupplier measurement) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long least = Long.MAX_VALUE;
        while (least > enough && System.nanoTime() < deadline) {
            least = Math.min(least, measurement.getAsLong());
        }
        return least;
    }

    private static long[] teamAndThisThread(int threads) {
        long[] ids = Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        thread == Thread.currentThread() || thread.getName().startsWith("glm-worker-"))
                .mapToLong(Thread::threadId)
                .toArray();
        if (ids.length != threads) {
            throw new IllegalStateException("found " + ids.length + " threads, expected " + threads);
        }
        return ids;
    }

    private static long allocated(long[] threadIds) {
        long bytes = 0;
        for (long id : threadIds) {
            bytes += THREADS.getThreadAllocatedBytes(id);
        }
        return bytes;
    }
}
