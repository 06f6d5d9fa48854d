package io.github.glmjava.evaluation;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.family.ConfigFields;
import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.ModelSource;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Measures a whole model end to end, and in the same run the limits of the machine. A prompt is timed from its first token
 * to the logits after its last; decoding feeds the likeliest token each time. The code is compiled by one untimed round.
 */
public final class ModelBenchmark {
    private static final int WARM_UP_TOKENS = 32;

    private final BenchmarkPlan plan;
    private final Consumer<String> progress;
    private final NetworkSequence sequence;
    private final int[] prompt;
    private final int[] next = new int[1];

    private ModelBenchmark(BenchmarkPlan plan, NetworkSequence sequence, Consumer<String> progress) {
        if (plan.longest() > sequence.contextLimit()) {
            throw new IllegalArgumentException("the benchmark needs a context of " + plan.longest()
                    + " tokens, the model has " + sequence.contextLimit());
        }
        this.plan = plan;
        this.sequence = sequence;
        this.progress = progress;
        prompt = new SplittableRandom(1)
                .ints(Math.max(plan.promptTokens(), plan.depth()), 0, sequence.vocabularySize())
                .toArray();
    }

    /**
     * Measures a model of a folder.
     *
     * @param progress hears what is being done, for people
     * @throws IOException if the model cannot be loaded
     * @throws IllegalArgumentException if the plan does not fit the model's context
     */
    public static BenchmarkResult run(Path folder, LoadOptions options, BenchmarkPlan plan, Consumer<String> progress)
            throws IOException {
        MachineLimits before = limits(options, progress);
        long start = System.nanoTime();
        try (ModelSource source = ModelSource.open(folder, options.specialTokens())) {
            return run(
                    folder.toString(),
                    source.files(),
                    source.family(),
                    source.checkpoint(),
                    start,
                    options,
                    plan,
                    before,
                    progress);
        }
    }

    /**
     * Measures random weights of a published model's shape.
     *
     * @param options as for a folder; weights that are not quantised are BF16
     * @throws IllegalArgumentException if the plan does not fit the model's context
     */
    public static BenchmarkResult run(
            ModelShape shape, LoadOptions options, BenchmarkPlan plan, Consumer<String> progress) throws IOException {
        MachineLimits before = limits(options, progress);
        Path name = Path.of(shape.name());
        ConfigFields fields = ConfigFields.parse(shape.configJson().getBytes(StandardCharsets.UTF_8), name);
        ModelFolder files = new ModelFolder(name, fields, null);
        ModelFamily family = ModelFamilies.of(files);
        progress.accept("making random weights");
        Checkpoint weights = SyntheticWeights.make(shape, options.weights(), options.threads());
        return run(shape.name(), files, family, weights, System.nanoTime(), options, plan, before, progress);
    }

    private static MachineLimits limits(LoadOptions options, Consumer<String> progress) {
        progress.accept("measuring the machine");
        MachineLimits limits = MachineProbe.measure(options.threads());
        ProcessMemory.resetPeak();
        return limits;
    }

    private static BenchmarkResult run(
            String model,
            ModelFolder files,
            ModelFamily family,
            Checkpoint weights,
            long start,
            LoadOptions options,
            BenchmarkPlan plan,
            MachineLimits before,
            Consumer<String> progress)
            throws IOException {
        progress.accept("loading");
        try (LoadedNetwork loaded = LoadedNetwork.load(files, family, weights, options)) {
            double loadSeconds = seconds(start);
            ModelBenchmark benchmark = new ModelBenchmark(plan, loaded.newSequence(), progress);
            progress.accept("first prompt");
            benchmark.prefill(plan.promptTokens());
            double firstTokenSeconds = seconds(start);
            benchmark.decode(WARM_UP_TOKENS);
            List<Double> prefill = benchmark.prefills();
            List<Double> decode = benchmark.decodes();
            long peak = ProcessMemory.peak();
            progress.accept("measuring the machine again");
            GlmNetwork network = loaded.network();
            return new BenchmarkResult(
                    model,
                    describe(options.weights(), network),
                    loaded.kernels(),
                    plan,
                    before.max(MachineProbe.measure(options.threads())),
                    loadSeconds,
                    firstTokenSeconds,
                    network.layerMultiplyAdds(),
                    (long) network.head().rows() * network.head().columns(),
                    network.bytesPerToken(),
                    prefill,
                    decode,
                    peak);
        }
    }

    private static String describe(WeightFormat weights, GlmNetwork network) {
        return weights + ", head " + network.head().format() + ", embedding "
                + network.embedding().format();
    }

    private List<Double> prefills() {
        List<Double> speeds = new ArrayList<>();
        for (int i = 0; i < plan.repetitions(); i++) {
            progress.accept("prompt " + (i + 1) + " of " + plan.repetitions());
            sequence.truncate(0);
            long start = System.nanoTime();
            prefill(plan.promptTokens());
            speeds.add(plan.promptTokens() / seconds(start));
        }
        return speeds;
    }

    private List<Double> decodes() {
        if (sequence.length() < plan.depth()) {
            progress.accept("filling the cache");
            sequence.append(prompt, sequence.length(), plan.depth());
        }
        List<Double> speeds = new ArrayList<>();
        for (int i = 0; i < plan.repetitions(); i++) {
            progress.accept("decoding " + (i + 1) + " of " + plan.repetitions());
            sequence.truncate(plan.depth());
            long start = System.nanoTime();
            decode(plan.generatedTokens());
            speeds.add(plan.generatedTokens() / seconds(start));
        }
        return speeds;
    }

    private void prefill(int tokens) {
        sequence.append(prompt, 0, tokens);
        next[0] = likeliest(sequence.logits());
    }

    private void decode(int tokens) {
        for (int i = 0; i < tokens; i++) {
            sequence.append(next, 0, 1);
            next[0] = likeliest(sequence.logits());
        }
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
