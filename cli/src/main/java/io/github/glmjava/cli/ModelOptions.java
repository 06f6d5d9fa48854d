package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model, and how it runs. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "FOLDER",
            description = "A model folder, as published on a model hub. Default: the demo model.")
    private @Nullable Path model;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private @Nullable Integer threads;

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            converter = WeightFormatConverter.class,
            description =
                    "Format of the weights in memory: stored, q8 or q4. Default: stored, as they are in the files.")
    private WeightFormat weights = WeightFormat.AS_STORED;

    /** Loads the chosen model. */
    GlmModel load() throws IOException {
        return load(null);
    }

    /** Loads this model, or the chosen one if it is null. */
    GlmModel load(@Nullable Path folder) throws IOException {
        Path chosen = folder != null ? folder : model;
        return load(chosen != null ? chosen : DemoModel.folder(), threads, weights);
    }

    /** Loads a model; null for as many threads as there are processors. */
    static GlmModel load(Path folder, @Nullable Integer threads, WeightFormat weights) throws IOException {
        LoadOptions.Builder options = LoadOptions.builder().weights(weights);
        if (threads != null) {
            options.threads(threads);
        }
        return GlmModel.load(folder, options.build());
    }
}
