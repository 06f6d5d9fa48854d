package io.github.glmjava.evaluation;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.ModelSource;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Measures a whole model end to end, and in the same run the limits of the machine. The model begins at once, so that the
 * time to its first token is that of a JVM that has just started.
 */
public final class ModelBenchmark {
    private final String model;
    private final LoadOptions options;
    private final BenchmarkPlan plan;
    private final Consumer<String> progress;

    /** Time of the JVM's life that went into making weights. */
    private double makingSeconds;

    private ModelBenchmark(String model, LoadOptions options, BenchmarkPlan plan, Consumer<String> progress) {
        this.model = model;
        this.options = options;
        this.plan = plan;
        this.progress = progress;
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
        long start = System.nanoTime();
        try (ModelSource source = ModelSource.open(folder, options.specialTokens())) {
            return new ModelBenchmark(folder.toString(), options, plan, progress)
                    .run(source.files(), source.family(), source.checkpoint(), start, WeightFormat.AS_STORED.name());
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
        ModelFolder files = shape.folder();
        ModelFamily family = ModelFamilies.of(files);
        ModelBenchmark benchmark = new ModelBenchmark(shape.name(), options, plan, progress);
        progress.accept("making random weights");
        long start = System.nanoTime();
        Checkpoint weights = SyntheticWeights.make(shape, options.weights(), options.threads());
        benchmark.makingSeconds = SpeedMeter.seconds(start);
        progress.accept(String.format(Locale.ROOT, "made in %.1f s", benchmark.makingSeconds));
        return benchmark.run(files, family, weights, System.nanoTime(), "BF16");
    }

    private BenchmarkResult run(
            ModelFolder files, ModelFamily family, Checkpoint weights, long start, String nameIfStored)
            throws IOException {
        progress.accept("loading");
        try (LoadedNetwork loaded = LoadedNetwork.load(files, family, weights, options)) {
            double loadSeconds = SpeedMeter.seconds(start);
            SpeedMeter meter = new SpeedMeter(loaded, plan, progress);
            progress.accept("first prompt");
            meter.prompt();
            BenchmarkResult.Start times =
                    new BenchmarkResult.Start(loadSeconds, SpeedMeter.seconds(start), secondsOfLife() - makingSeconds);
            MachineLimits machine;
            long peak;
            try (MachineProbe probe = new MachineProbe(options.threads())) {
                meter.measure(probe);
                machine = probe.limits();
                peak = probe.peakBytes();
            }
            GlmNetwork network = loaded.network();
            String format = loaded.weights() == WeightFormat.AS_STORED
                    ? nameIfStored
                    : loaded.weights().name();
            return new BenchmarkResult(
                    model,
                    format + ", head " + network.head().format() + ", embedding "
                            + network.embedding().format(),
                    loaded.cacheFormat().name(),
                    loaded.kernels(),
                    plan,
                    machine,
                    times,
                    network.promptMultiplyAdds(plan.promptTokens()),
                    network.bytesPerToken(),
                    meter.prefill(),
                    meter.decode(),
                    meter.depths(),
                    meter.batch(),
                    peak);
        }
    }

    /** The time since the JVM started. */
    private static double secondsOfLife() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
    }
}
