package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.WeightFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
            description = "Format of the new weights: q8, q4, or mixed, which is q4 with attention and the"
                    + " feed-forward networks' way back in q8.")
    private WeightFormat weights = WeightFormat.AS_STORED;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private @Nullable Integer threads;

    private final GlmCommand glm;

    QuantizeCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        GlmModel.quantize(
                source,
                target,
                ComputeOptions.builder(threads)
                        .weights(weights)
                        .progress(TenthsListener.of(glm))
                        .build());
        return 0;
    }
}
