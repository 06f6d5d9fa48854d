package io.github.glmjava.cli;

import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.tokenizer.ChatMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glm generate}: one answer to one prompt. */
@Command(name = "generate", description = "Answers a prompt.")
final class GenerateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PROMPT", arity = "1..*", description = "What to answer; - reads it from stdin.")
    private List<String> words = List.of();

    @Option(names = "--raw", description = "Continue the prompt as plain text, without the model's chat format.")
    private boolean raw;

    @Option(names = "--system", paramLabel = "TEXT", description = "Instructions to the model.")
    private @Nullable String system;

    @Option(names = "--json", description = "Print the whole result as JSON when it is finished.")
    private boolean json;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    @Mixin
    private final SamplingOptions samplingOptions = new SamplingOptions();

    private final GlmCommand glm;

    GenerateCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        GenerationRequest request = request().withOptions(samplingOptions.toGenerationOptions());
        PrintWriter out = new PrintWriter(glm.streams().out(), false, StandardCharsets.UTF_8);
        GenerationResult result;
        try (GlmModel model = modelOptions.load()) {
            result = json ? model.generate(request) : model.generate(request, new AnswerPrinter(out, !raw));
        }
        if (json) {
            out.print(ResultJson.write(result));
        }
        out.println();
        out.flush();
        if (glm.verbose()) {
            glm.streams().message(Figures.speed(result));
        }
        return 0;
    }

    private GenerationRequest request() throws IOException {
        String prompt = prompt();
        if (raw) {
            if (system != null) {
                throw new IllegalArgumentException("--system needs the chat format, which --raw leaves out");
            }
            return GenerationRequest.ofCompletion(prompt);
        }
        return system == null
                ? GenerationRequest.ofText(prompt)
                : GenerationRequest.ofChat(List.of(ChatMessage.system(system), ChatMessage.user(prompt)));
    }

    private String prompt() throws IOException {
        return words.equals(List.of("-")) ? glm.streams().readText() : String.join(" ", words);
    }
}
