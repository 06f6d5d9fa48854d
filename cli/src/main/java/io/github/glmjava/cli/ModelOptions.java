package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.WeightMemory;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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
            description =
                    "Format of the weights in memory: stored, q8, q4, or mixed, which is q4 with attention and the"
                            + " feed-forward networks' way back in q8. Default: stored, as they are in the files.")
    private WeightFormat weights = WeightFormat.AS_STORED;

    @Option(
            names = "--memory",
            paramLabel = "WHERE",
            converter = WeightMemoryConverter.class,
            description = "Where weights lie that are used as stored: mapped files, which load at once and are shared"
                    + " between processes, or copied into huge pages. Default: mapped.")
    private WeightMemory memory = WeightMemory.MAPPED;

    @Option(
            names = "--lora",
            paramLabel = "FOLDER[=WEIGHT]",
            mapFallbackValue = "1",
            description = "Add a LoRA adapter, as PEFT saves it; weight 1 is what it was trained for. Repeatable.")
    private Map<Path, Double> lora = Map.of();

    @Option(
            names = "--ptuning",
            paramLabel = "FOLDER",
            description = "Put a P-Tuning v2 prefix before everything, as ChatGLM's ptuning scripts save it.")
    private @Nullable Path ptuning;

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
        lora.forEach(options::lora);
        if (ptuning != null) {
            options.ptuning(ptuning);
        }
        return options.build();
    }
}
