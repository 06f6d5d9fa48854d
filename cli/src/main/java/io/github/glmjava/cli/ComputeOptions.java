package io.github.glmjava.cli;

import io.github.glmjava.KeyValueFormat;
import io.github.glmjava.LoadOptions;
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
            names = "--kv",
            paramLabel = "FORMAT",
            converter = KeyValueFormatConverter.class,
            description = "Format of the key-value cache: f32, bf16 or q8. Smaller ones make long conversations"
                    + " cheaper. Default: f32.")
    private KeyValueFormat keyValues = KeyValueFormat.F32;

    /** These options, to be completed. */
    LoadOptions.Builder builder() {
        return builder(threads).keyValues(keyValues);
    }

    /** Options for so many threads; null for as many as there are processors. */
    static LoadOptions.Builder builder(@Nullable Integer threads) {
        LoadOptions.Builder options = LoadOptions.builder();
        return threads == null ? options : options.threads(threads);
    }
}
