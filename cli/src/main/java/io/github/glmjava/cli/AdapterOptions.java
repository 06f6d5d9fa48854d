package io.github.glmjava.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What was trained for a model and is added to it. */
final class AdapterOptions {
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

    /** Hands each adapter with its weight, and the prefix if there is one, to those who set them. */
    void apply(BiConsumer<Path, Double> addLora, Consumer<Path> addPtuning) {
        lora.forEach(addLora);
        if (ptuning != null) {
            addPtuning.accept(ptuning);
        }
    }
}
