package io.github.glmjava.cli;

import io.github.glmjava.FillResult;
import io.github.glmjava.FilledSpan;
import io.github.glmjava.GlmModel;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code glm fill}: a text with its blanks filled. */
@Command(
        name = "fill",
        description = "Fills the blanks in a text with an original GLM, such as glm-10b-chinese.",
        footer = {
            "",
            "Blanks are [MASK] for some words, [sMASK] for a sentence and [gMASK] for a longer text at the end, as far as",
            "the model knows them. They are filled from the first to the last, each in up to --max-tokens (default 512)."
        })
final class FillCommand implements Callable<Integer> {
    @Option(names = "--text", paramLabel = "TEXT", required = true, description = "The text; - reads it from stdin.")
    private String text = "";

    @Option(names = "--json", description = "Print the text and what fills each blank as JSON.")
    private boolean json;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    @Mixin
    private final SamplingOptions samplingOptions = new SamplingOptions();

    private final GlmCommand glm;

    FillCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        String blanks = text.equals("-") ? glm.streams().readText() : text;
        FillResult result;
        try (GlmModel loaded = modelOptions.load()) {
            result = loaded.fill(blanks, samplingOptions.toGenerationOptions());
        }
        glm.streams().out().println(json ? JsonMapper.shared().writeValueAsString(toJson(result)) : result.text());
        return 0;
    }

    private static Map<String, Object> toJson(FillResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", result.text());
        fields.put("spans", result.spans().stream().map(FillCommand::toJson).toList());
        return fields;
    }

    private static Map<String, Object> toJson(FilledSpan span) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", span.text());
        fields.put("ids", List.copyOf(span.ids()));
        fields.put("finish_reason", span.finishReason().name().toLowerCase(Locale.ROOT));
        return fields;
    }
}
