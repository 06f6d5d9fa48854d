package io.github.glmjava.cli;

import io.github.glmjava.KeyValueFormat;
import io.github.glmjava.LoadOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** With what a model computes, whether it is read from files or made up. */
final class ComputeOptions {
    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--kv",
            paramLabel = "FORMAT",
            converter = KeyValueFormatConverter.class,
            description = "Format of the key-value cache: f32, bf16 or q8. Smaller ones make long conversations"
                    + " cheaper. Default: f32.")
    private KeyValueFormat keyValues = KeyValueFormat.F32;

    /** These options, to be completed. */
    LoadOptions.Builder builder() {
        return threads.builder().keyValues(keyValues);
    }
}
