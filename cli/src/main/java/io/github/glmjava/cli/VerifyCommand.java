package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.evaluation.ImposedRoutes;
import io.github.glmjava.evaluation.RoutedLogits;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glm verify}: does this engine compute what the reference implementation computed? */
@Command(
        name = "verify",
        description = "Compares models with what their reference implementation computed for them.",
        footer = {
            "",
            "A case folder is a model folder with two more files: expected.json holds input_ids (prompts),",
            "greedy_ids (the tokens that follow each) and greedy_top2_margin (at each of those steps, the best logit",
            "minus the second best); expected.safetensors holds the logits of prompt i, [tokens, vocabulary], as",
            "tensor logits.<i>. Greedy ids may differ from a step on whose margin is below " + CaseComparison.NEAR_TIE
                    + ", a near-tie.",
            "A LoRA adapter in the folder adapter and a prefix in the folder ptuning are used; ids of special tokens in",
            "expected.json (special_ids) where the model's own files do not say them. What is no folder is skipped.",
            "",
            "With --weights the weights are rounded first. Then logits may be off by a share of their spread, and other",
            "greedy ids are reported, but no failure. In a case with min_router_gap every token of a prompt goes through",
            "the experts that the weights as stored choose: rounding turns close choices, and a token's logits are then",
            "those of another function. How many of the choices it would have turned is reported."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    /** Tokens at a time in all formats, as {@link ImposedRoutes} requires. */
    private static final int CHUNK = 264;

    @Parameters(paramLabel = "CASE_FOLDER", arity = "1..*", description = "Folders of cases.")
    private List<Path> folders = List.of();

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "How far logits may be off. Default: what the case says, or " + GoldenCase.DEFAULT_TOLERANCE
                    + "; with --weights a share of their spread, 0.05 for q8 and 0.5 for q4.")
    private @Nullable Double tolerance;

    @Option(
            names = {"-w", "--weights"},
            paramLabel = "FORMAT",
            converter = WeightFormatConverter.class,
            description = "Round the weights to this format first: q8, mixed or q4. Default: stored, as they are.")
    private WeightFormat weights = WeightFormat.AS_STORED;

    @Mixin
    private ThreadsOption threads = new ThreadsOption();

    private final GlmCommand glm;

    VerifyCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() {
        PrintStream out = glm.streams().out();
        List<String> failed = new ArrayList<>();
        int cases = 0;
        for (Path folder : folders) {
            if (Files.isRegularFile(folder)) {
                out.println(folder + ": skipped, a file is no case folder");
                continue;
            }
            cases++;
            if (!passes(folder)) {
                failed.add(folder.toString());
            }
        }
        out.println();
        out.println((cases - failed.size()) + " of " + cases + " cases passed"
                + (failed.isEmpty() ? "" : ", failed: " + String.join(" ", failed)));
        return cases > 0 && failed.isEmpty() ? 0 : DIFFERENT;
    }

    private LoadOptions options(Path folder, GoldenCase expected, WeightFormat format) {
        LoadOptions.Builder options =
                threads.builder().prefillChunk(CHUNK).weights(format).specialTokens(expected.specialTokens());
        Path adapter = folder.resolve("adapter");
        if (Files.isDirectory(adapter)) {
            options.lora(adapter);
        }
        Path ptuning = folder.resolve("ptuning");
        if (Files.isDirectory(ptuning)) {
            options.ptuning(ptuning);
        }
        return options.build();
    }

    private boolean passes(Path folder) {
        PrintStream out = glm.streams().out();
        out.println(folder);
        boolean passed;
        try (GoldenCase expected = GoldenCase.open(folder)) {
            passed = passes(folder, expected);
        } catch (IOException | RuntimeException e) {
            out.println("  " + ErrorMessage.of(e));
            glm.trace(e);
            passed = false;
        }
        out.println(passed ? "  passed" : "  FAILED");
        out.flush();
        return passed;
    }

    private boolean passes(Path folder, GoldenCase expected) throws IOException {
        PrintStream out = glm.streams().out();
        boolean passed = true;
        LoadOptions options = options(folder, expected, weights);
        List<RoutedLogits> routed = routed(folder, expected);
        try (GlmModel model = GlmModel.load(folder, options)) {
            LogitTolerance allowed = LogitTolerance.of(options.weights(), expected.tolerance());
            if (tolerance != null) {
                allowed = allowed.withLimit(tolerance);
            }
            CaseComparison comparison = new CaseComparison(model, expected, allowed);
            out.println("  " + model.info().family() + ", logits within " + allowed);
            out.println("  input  tokens  max diff  of spread  greedy ids");
            for (int input = 0; input < expected.inputs(); input++) {
                InputComparison result =
                        routed.isEmpty() ? comparison.compare(input) : comparison.compare(input, routed.get(input));
                out.println("  " + result.row());
                passed &= result.passed();
            }
        }
        return passed;
    }

    /** The logits of all inputs with the experts of the weights as stored; none where rounding cannot turn a choice. */
    private List<RoutedLogits> routed(Path folder, GoldenCase expected) throws IOException {
        List<RoutedLogits> routed = new ArrayList<>();
        if (weights != WeightFormat.AS_STORED && expected.hasExperts()) {
            LoadOptions stored = options(folder, expected, WeightFormat.AS_STORED);
            try (ImposedRoutes routes = ImposedRoutes.open(folder, stored, options(folder, expected, weights))) {
                for (int input = 0; input < expected.inputs(); input++) {
                    routed.add(routes.logits(expected.inputIds(input)));
                }
            }
        }
        return routed;
    }
}
