package io.github.glmjava.cli;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.evaluation.BenchmarkPlan;
import io.github.glmjava.evaluation.BenchmarkResult;
import io.github.glmjava.evaluation.ModelBenchmark;
import io.github.glmjava.evaluation.ModelShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glm bench}: how fast a model runs, against what the machine allows. */
@Command(
        name = "bench",
        description = "Measures how fast a model runs, and in the same run what the machine allows.",
        footer = {
            "",
            "A prompt counts the multiply-adds of all matrices (the output head once), as a share of a loop of float",
            "multiply-adds; decoding counts the bytes of weights that a token reads, as a share of a loop that only reads.",
            "Both loops run on the same threads, before and after; the better counts. Speeds are medians. Decoding begins",
            "on an empty cache; other depths and several sequences are measured in turns with it."
        })
final class BenchCommand implements Callable<Integer> {
    @ArgGroup
    private Source source = new Source();

    /** A model or a shape, not both. */
    static final class Source {
        @Option(
                names = {"-m", "--model"},
                paramLabel = "FOLDER",
                description = "A model folder. Default: the demo model.")
        private @Nullable Path model;

        @Option(
                names = "--shape",
                paramLabel = "NAME",
                completionCandidates = ShapeNames.class,
                description = "Random weights of a published model's shape, made in memory: ${COMPLETION-CANDIDATES}.")
        private @Nullable String shape;
    }

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            description = "Format of the weights in memory: q8, q4 or mixed; stored, of a model; bf16, of a shape."
                    + " Default: stored or bf16.")
    private @Nullable String weights;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(names = "--prompt", paramLabel = "N", description = "Tokens of the prompt. Default: ${DEFAULT-VALUE}.")
    private int prompt = 512;

    @Option(names = "--generate", paramLabel = "N", description = "Tokens to decode. Default: ${DEFAULT-VALUE}.")
    private int generate = 64;

    @Option(
            names = "--depth",
            paramLabel = "N",
            split = ",",
            description =
                    "Decode with so many tokens in the cache, too. Repeatable, or several with commas between them.")
    private List<Integer> depths = List.of();

    @Option(
            names = "--sequences",
            paramLabel = "N",
            description = "Decode so many sequences together, too. Default: ${DEFAULT-VALUE}.")
    private int sequences = 1;

    @Option(names = "--repeat", paramLabel = "N", description = "Repetitions. Default: ${DEFAULT-VALUE}.")
    private int repeat = 3;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file, too.")
    private @Nullable Path json;

    private final GlmCommand glm;

    BenchCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        LoadOptions options = compute.builder().weights(weightFormat()).build();
        BenchmarkPlan plan = new BenchmarkPlan(prompt, generate, depths, sequences, repeat);
        Consumer<String> progress = step -> {
            if (glm.verbose()) {
                glm.streams().message(step);
            }
        };
        BenchmarkResult result;
        if (source.shape != null) {
            result = ModelBenchmark.run(ModelShape.named(source.shape), options, plan, progress);
        } else {
            Path folder = source.model != null ? source.model : DemoModel.folder();
            result = ModelBenchmark.run(folder, options, plan, progress);
        }
        if (json != null) {
            Files.writeString(json, BenchmarkReport.json(result) + System.lineSeparator());
        }
        glm.streams().out().print(BenchmarkReport.table(result));
        return 0;
    }

    /** Random weights that are not quantised are BF16, whatever a published model has. */
    private WeightFormat weightFormat() {
        String stored = source.shape == null ? "stored" : "bf16";
        if (weights == null || weights.equals(stored)) {
            return WeightFormat.AS_STORED;
        }
        WeightFormat format = new WeightFormatConverter().convert(weights);
        if (format == WeightFormat.AS_STORED) {
            throw new IllegalArgumentException("random weights are not stored: expected bf16, q8, mixed or q4");
        }
        return format;
    }

    /** What help and completion show. */
    static final class ShapeNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ModelShape.names().iterator();
        }
    }
}
