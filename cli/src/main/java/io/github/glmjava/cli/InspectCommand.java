package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.ModelInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code glm inspect}: what a model is and what it needs. */
@Command(name = "inspect", description = "Shows a model's architecture, size and the memory that it needs.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", arity = "0..1", description = "The model folder. Default: that of --model.")
    private @Nullable Path folder;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    private final GlmCommand glm;

    InspectCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        try (GlmModel model = modelOptions.load(folder)) {
            print(model);
        }
        return 0;
    }

    private void print(GlmModel model) {
        ModelInfo info = model.info();
        long cache = info.keyValueBytesPerToken() * info.contextLength();
        row("family", info.family());
        row("layers", Figures.count(info.layers()));
        row("hidden size", Figures.count(info.hiddenSize()));
        row(
                "attention",
                info.heads() + " heads of " + info.headSize() + ", keys and values in " + info.queryGroups()
                        + " groups");
        row("feed-forward", Figures.count(info.feedForwardSize()));
        row("vocabulary", Figures.count(info.vocabularySize()));
        row("context", Figures.count(info.contextLength()) + " tokens");
        row("parameters", Figures.count(info.parameters()));
        row("weights", Figures.bytes(info.weightBytes()) + ": " + types(info.bytesByType()));
        row(
                "memory",
                Figures.bytes(info.memoryBytes()) + " for the weights and "
                        + Figures.bytes(info.keyValueBytesPerToken()) + " for each token of a conversation: "
                        + Figures.bytes(info.memoryBytes() + cache) + " with a full context");
        row("kernels", info.kernels());
        row("threads", Integer.toString(info.threads()));
    }

    private static String types(Map<String, Long> bytesByType) {
        return bytesByType.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(type -> type.getKey() + " " + Figures.bytes(type.getValue()))
                .collect(Collectors.joining(", "));
    }

    private void row(String name, String value) {
        PrintStream out = glm.streams().out();
        out.println(name + " ".repeat(14 - name.length()) + value);
    }
}
