package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.WeightFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glm quantize}: a model folder with smaller weights. */
@Command(
        name = "quantize",
        description = "Writes a model folder anew with smaller weights, which then load in a moment.",
        footer = {
            "",
            "The new folder computes what the original computes with the same --weights, to the bit. The embedding",
            "stays as it is stored. The folder appears under its name when it is complete."
        })
final class QuantizeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "A model folder, as published on a model hub.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "TARGET", description = "The new folder: must not exist, or be empty.")
    private Path target = Path.of("");

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            required = true,
            converter = WeightFormatConverter.class,
            description = "Format of the new weights: q8, q4, or " + WeightFormatConverter.MIXED_MEANS + ".")
    private WeightFormat weights = WeightFormat.AS_STORED;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    private final GlmCommand glm;

    QuantizeCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        GlmModel.quantize(
                source,
                target,
                threads.builder()
                        .weights(weights)
                        .progress(TenthsListener.of(glm))
                        .build());
        return 0;
    }
}
