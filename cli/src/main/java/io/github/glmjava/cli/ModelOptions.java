package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.KeyValueFormat;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.WeightMemory;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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

    @Option(
            names = "--kv",
            paramLabel = "FORMAT",
            converter = KeyValueFormatConverter.class,
            description = "Format of the key-value cache: f32, bf16 or q8. Smaller ones make long conversations"
                    + " cheaper. Default: f32.")
    private KeyValueFormat keyValues = KeyValueFormat.F32;

    /** Loads the chosen model. */
    GlmModel load() throws IOException {
        return load(null);
    }

    /** Loads this model, or the chosen one if it is null. */
    GlmModel load(@Nullable Path folder) throws IOException {
        Path chosen = folder != null ? folder : model;
        LoadOptions.Builder options =
                builder(threads).weights(weights).memory(memory).keyValues(keyValues);
        lora.forEach(options::lora);
        if (ptuning != null) {
            options.ptuning(ptuning);
        }
        return GlmModel.load(chosen != null ? chosen : DemoModel.folder(), options.build());
    }

    /** Options for so many threads; null for as many as there are processors. */
    static LoadOptions.Builder builder(@Nullable Integer threads) {
        LoadOptions.Builder options = LoadOptions.builder();
        return threads == null ? options : options.threads(threads);
    }
}
