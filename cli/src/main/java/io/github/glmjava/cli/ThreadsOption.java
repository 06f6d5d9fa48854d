package io.github.glmjava.cli;

import io.github.glmjava.LoadOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** On how many threads a model computes. */
final class ThreadsOption {
    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private @Nullable Integer threads;

    /** Options for so many threads, to be completed. */
    LoadOptions.Builder builder() {
        LoadOptions.Builder options = LoadOptions.builder();
        return threads == null ? options : options.threads(threads);
    }
}
