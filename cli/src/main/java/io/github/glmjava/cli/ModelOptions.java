package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.WeightMemory;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model, and how it runs. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "FOLDER",
            description = "A model folder, as published on a model hub. Default: the demo model.")
    private @Nullable Path model;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            converter = WeightFormatConverter.class,
            description = "Format of the weights in memory: stored, q8, q4, or " + WeightFormatConverter.MIXED_MEANS
                    + ". Default: stored, as they are in the files.")
    private WeightFormat weights = WeightFormat.AS_STORED;

    @Option(
            names = "--memory",
            paramLabel = "WHERE",
            converter = WeightMemoryConverter.class,
            description = "Where weights lie that are used as stored: mapped files, which load at once and are shared"
                    + " between processes, or copied into huge pages. Default: mapped.")
    private WeightMemory memory = WeightMemory.MAPPED;

    @Mixin
    private AdapterOptions adapters = new AdapterOptions();

    /** Loads the chosen model. */
    GlmModel load() throws IOException {
        return load(null);
    }

    /** Loads this model, or the chosen one if it is null. */
    GlmModel load(@Nullable Path folder) throws IOException {
        return GlmModel.load(folder != null ? folder : folder(), loadOptions());
    }

    /** The folder of the chosen model. */
    Path folder() throws IOException {
        return model != null ? model : DemoModel.folder();
    }

    /** How it is loaded. */
    LoadOptions loadOptions() {
        LoadOptions.Builder options = compute.builder().weights(weights).memory(memory);
        adapters.apply(options::lora, options::ptuning);
        return options.build();
    }
}
