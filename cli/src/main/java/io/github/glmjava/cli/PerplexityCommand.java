package io.github.glmjava.cli;

import io.github.glmjava.evaluation.Perplexity;
import io.github.glmjava.evaluation.PerplexityResult;
import io.github.glmjava.evaluation.PerplexityWindows;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code glm perplexity}: how well a model predicts a text. */
@Command(
        name = "perplexity",
        description = "Measures how well a model predicts a text: the lower the better.",
        footer = {
            "",
            "The text is encoded once, with the tokens that the model's tokenizer puts in front of a text, and cut into",
            "windows. A model sees the tokens of one window at a time. The perplexity is e to the mean negative",
            "log-likelihood of the counted tokens, each of which weighs the same.",
            "",
            "hf         As in the documentation of transformers: windows begin every --stride tokens, and each counts the",
            "           tokens that those before it do not contain (the first token of all follows nothing and is never",
            "           counted). Every other token is counted once, with at least window - stride tokens before it",
            "           from the second window on. The script there weighs each window by one token less.",
            "llama.cpp  As llama-perplexity does it: windows follow one another, and each counts its second half, from",
            "           token window / 2 + 1 on. What does not fill a window is left out. The first token of a window",
            "           is not replaced by a begin token."
        })
final class PerplexityCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The text, in UTF-8.")
    private Path file = Path.of("");

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "How windows are cut and what is counted: hf or llama.cpp. Default: hf.")
    private String method = "hf";

    @Option(names = "--window", paramLabel = "N", description = "Tokens of a window. Default: ${DEFAULT-VALUE}.")
    private int window = 512;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Tokens from one window's beginning to the next, for hf. Default: half a window.")
    private @Nullable Integer stride;

    @Option(names = "--json", description = "Print the figures as JSON.")
    private boolean json;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    private final GlmCommand glm;

    PerplexityCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        PerplexityWindows windows = windows();
        String text = text();
        long start = System.nanoTime();
        DoubleConsumer progress = done -> {
            if (glm.verbose()) {
                glm.streams().message(String.format(Locale.ROOT, "%.0f %%", 100 * done));
            }
        };
        PerplexityResult result =
                Perplexity.measure(modelOptions.folder(), modelOptions.loadOptions(), text, windows, progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        glm.streams().out().println(json ? json(result, windows, seconds) : line(result, windows, seconds));
        return 0;
    }

    private String text() throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not a text in UTF-8", e);
        }
    }

    private PerplexityWindows windows() {
        return switch (method) {
            case "hf" ->
                new PerplexityWindows(
                        PerplexityWindows.Method.HUGGING_FACE,
                        window,
                        stride == null ? Math.max(1, window / 2) : stride);
            case "llama.cpp" ->
                new PerplexityWindows(PerplexityWindows.Method.LLAMA_CPP, window, stride == null ? window : stride);
            default -> throw new IllegalArgumentException("--method must be hf or llama.cpp, found " + method);
        };
    }

    private String line(PerplexityResult result, PerplexityWindows windows, double seconds) {
        return String.format(
                Locale.ROOT,
                "perplexity %.4f ± %.4f (%s, %d windows of %d, stride %d: %d of %d tokens; %.1f s)",
                result.perplexity(),
                result.standardError(),
                method,
                result.windows(),
                windows.length(),
                windows.stride(),
                result.countedTokens(),
                result.tokens(),
                seconds);
    }

    private String json(PerplexityResult result, PerplexityWindows windows, double seconds) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("perplexity", result.perplexity());
        figures.put("standard_error", result.standardError());
        figures.put("method", method);
        figures.put("window", windows.length());
        figures.put("stride", windows.stride());
        figures.put("windows", result.windows());
        figures.put("counted_tokens", result.countedTokens());
        figures.put("tokens", result.tokens());
        figures.put("seconds", seconds);
        return JsonMapper.shared().writeValueAsString(figures);
    }
}
