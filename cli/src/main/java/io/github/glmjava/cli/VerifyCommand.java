package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
            "A LoRA adapter in the folder adapter and a prefix in the folder ptuning are used."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    @Parameters(paramLabel = "CASE_FOLDER", arity = "1..*", description = "Folders of cases.")
    private List<Path> folders = List.of();

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "How far logits may be off. Default: what the case says, or " + GoldenCase.DEFAULT_TOLERANCE)
    private @Nullable Double tolerance;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private @Nullable Integer threads;

    private final GlmCommand glm;

    VerifyCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() {
        List<String> failed = new ArrayList<>();
        for (Path folder : folders) {
            if (!passes(folder)) {
                failed.add(folder.toString());
            }
        }
        PrintStream out = glm.streams().out();
        out.println();
        out.println((folders.size() - failed.size()) + " of " + folders.size() + " cases passed"
                + (failed.isEmpty() ? "" : ", failed: " + String.join(" ", failed)));
        return failed.isEmpty() ? 0 : DIFFERENT;
    }

    private LoadOptions options(Path folder) {
        LoadOptions.Builder options = ComputeOptions.builder(threads);
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
        boolean passed = true;
        try (GoldenCase expected = GoldenCase.open(folder);
                GlmModel model = GlmModel.load(folder, options(folder))) {
            double allowed = tolerance == null ? expected.tolerance() : tolerance;
            CaseComparison comparison = new CaseComparison(model, expected, allowed);
            out.printf(
                    Locale.ROOT,
                    "  %s, logits within %.1e%n  input  tokens  max diff  relative  greedy ids%n",
                    model.info().family(),
                    allowed);
            for (int input = 0; input < expected.inputs(); input++) {
                InputComparison result = comparison.compare(input);
                out.println("  " + result.row());
                passed &= result.passed();
            }
        } catch (IOException | RuntimeException e) {
            out.println("  " + ErrorMessage.of(e));
            glm.trace(e);
            passed = false;
        }
        out.println(passed ? "  passed" : "  FAILED");
        out.flush();
        return passed;
    }
}
