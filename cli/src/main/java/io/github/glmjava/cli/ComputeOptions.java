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
            description = "Format of the key-value cache: f32, bf16, q8 or auto. Smaller ones make long"
                    + " conversations cheaper. Default: auto, which is bf16 with quantised weights and else f32.")
    private KeyValueFormat keyValues = KeyValueFormat.AUTOMATIC;

    /** These options, to be completed. */
    LoadOptions.Builder builder() {
        return threads.builder().keyValues(keyValues);
    }
}
