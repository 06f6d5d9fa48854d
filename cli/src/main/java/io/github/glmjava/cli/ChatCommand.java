package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glm chat}: a conversation in the terminal. */
@Command(
        name = "chat",
        description = "Converses. Ctrl-C stops an answer, Ctrl-D ends the conversation, /help shows more.")
final class ChatCommand implements Callable<Integer> {
    @Option(names = "--system", paramLabel = "TEXT", description = "Instructions to the model.")
    private @Nullable String system;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    @Mixin
    private final SamplingOptions samplingOptions = new SamplingOptions();

    private final GlmCommand glm;

    ChatCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        try (GlmModel model = modelOptions.load();
                Conversation conversation = new Conversation(model, samplingOptions.toGenerationOptions(), system);
                ChatTerminal terminal =
                        glm.streams().interactive() ? LineEditingTerminal.open() : new PipedTerminal(glm.streams())) {
            if (glm.streams().interactive()) {
                terminal.note(model.info().family() + ". /help shows the commands, Ctrl-D ends.");
            }
            new ChatLoop(conversation, terminal, glm.verbose()).run();
        }
        return 0;
    }
}
