package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glm tokenize}: texts in, token ids out. */
@Command(
        name = "tokenize",
        description = "Prints the token ids of texts, a JSON array for each.",
        footer = {
            "",
            "With --chat the input is JSON, one array of messages or several after each other:",
            "  [{\"role\": \"user\", \"content\": \"...\"}]",
            "Roles are system, user, assistant and observation; messages may have metadata (a text) and tools (an array)."
        })
final class TokenizeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "TEXT",
            arity = "0..*",
            description = "Texts; with --chat files. Default: the lines of stdin; with --chat all of it.")
    private List<String> inputs = List.of();

    @Option(names = "--chat", description = "Read conversations and print the ids of their prompts.")
    private boolean chat;

    @Option(names = "--prefix", description = "Add what the model wants around a plain text, as generate --raw does.")
    private boolean prefix;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    private final GlmCommand glm;

    TokenizeCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        if (chat && prefix) {
            throw new IllegalArgumentException("--prefix is for plain texts, not for --chat");
        }
        try (GlmModel model = modelOptions.load()) {
            if (chat) {
                conversations(model.promptFormat());
            } else {
                texts(model);
            }
        }
        return 0;
    }

    private void texts(GlmModel model) throws IOException {
        for (String text : inputs) {
            print(encode(model, text));
        }
        if (inputs.isEmpty()) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(glm.streams().in(), StandardCharsets.UTF_8));
            for (String line = readLine(lines); line != null; line = readLine(lines)) {
                print(encode(model, line));
                if (!lines.ready()) {
                    glm.streams().out().flush();
                }
            }
        }
    }

    private int[] encode(GlmModel model, String text) {
        return prefix
                ? model.promptFormat().encodeText(text)
                : model.tokenizer().encode(text);
    }

    /** A line ends with a line feed, or a carriage return and a line feed; a carriage return alone is text. */
    private static @Nullable String readLine(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = reader.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = reader.read()) {
            line.append((char) c);
        }
        if (c == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    private void conversations(PromptFormat format) throws IOException {
        if (inputs.isEmpty()) {
            String json = new String(glm.streams().in().readAllBytes(), StandardCharsets.UTF_8);
            conversations(format, MessagesJson.read(json, "stdin"));
        }
        for (String file : inputs) {
            conversations(format, MessagesJson.read(Files.readString(Path.of(file)), file));
        }
    }

    private void conversations(PromptFormat format, List<List<ChatMessage>> conversations) {
        for (List<ChatMessage> messages : conversations) {
            print(format.encodeChat(messages));
        }
    }

    private void print(int[] ids) {
        PrintStream out = glm.streams().out();
        out.print(Arrays.toString(ids));
        out.print('\n');
    }
}
