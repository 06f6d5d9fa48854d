package io.github.glmjava.cli;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With what a model computes, whether it is read from files or made up. */
final class ComputeOptions {
    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private @Nullable Integer threads;

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            converter = WeightFormatConverter.class,
            description = "Format of the weights in memory: stored, q8 or q4. Default: stored, as they are in the files"
                    + " (random ones: BF16).")
    private WeightFormat weights = WeightFormat.AS_STORED;

    /** These options, to be completed. */
    LoadOptions.Builder builder() {
        return builder(threads).weights(weights);
    }

    /** Options for so many threads; null for as many as there are processors. */
    static LoadOptions.Builder builder(@Nullable Integer threads) {
        LoadOptions.Builder options = LoadOptions.builder();
        return threads == null ? options : options.threads(threads);
    }
}
