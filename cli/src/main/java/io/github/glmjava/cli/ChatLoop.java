package io.github.glmjava.cli;

import io.github.glmjava.Cancellation;
import io.github.glmjava.FinishReason;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a person says, prints what the model answers, and obeys the commands that begin with a slash. */
final class ChatLoop {
    private static final String HELP = """
            /reset      forget the conversation
            /save FILE  write the conversation as JSON
            /load FILE  go on with a conversation that was saved
            /exit       end, as Ctrl-D does
            Ctrl-C      stop an answer; at the prompt: drop the line""";

    private final Conversation conversation;
    private final ChatTerminal terminal;
    private final boolean verbose;

    ChatLoop(Conversation conversation, ChatTerminal terminal, boolean verbose) {
        this.conversation = conversation;
        this.terminal = terminal;
        this.verbose = verbose;
    }

    /** Goes on until the input ends. A turn that fails is reported and does not end the chat. */
    void run() throws IOException {
        for (String line = terminal.read(); line != null; line = terminal.read()) {
            String text = line.strip();
            if (text.equals("/exit")) {
                return;
            }
            try {
                if (text.startsWith("/")) {
                    command(text);
                } else if (!text.isEmpty()) {
                    answer(text);
                }
            } catch (IOException | IllegalArgumentException e) {
                terminal.note("glm: " + ErrorMessage.of(e));
            }
        }
    }

    private void answer(String text) {
        Cancellation cancellation = new Cancellation();
        terminal.runInterruptibly(
                () -> {
                    ChatPrinter printer = new ChatPrinter(terminal, conversation.newAnswerParser());
                    GenerationResult result = conversation.send(text, printer, cancellation);
                    printer.finish();
                    if (result.finishReason() != FinishReason.STOP) {
                        terminal.note(
                                result.finishReason() == FinishReason.CANCELLED ? "[stopped]" : "[cut off: too long]");
                    }
                    if (verbose) {
                        terminal.note(Figures.speed(result));
                    }
                },
                cancellation::cancel);
    }

    private void command(String text) throws IOException {
        String[] words = text.split("\\s+", 2);
        String argument = words.length == 2 ? words[1] : null;
        switch (words[0]) {
            case "/reset" -> conversation.reset();
            case "/save" -> save(file(words[0], argument));
            case "/load" -> load(file(words[0], argument));
            case "/help" -> terminal.note(HELP);
            default -> terminal.note("glm: unknown command " + words[0] + ", /help shows all");
        }
    }

    private static Path file(String command, @Nullable String argument) {
        if (argument == null) {
            throw new IllegalArgumentException(command + " needs the name of a file");
        }
        return Path.of(argument);
    }

    private void save(Path file) throws IOException {
        Files.writeString(file, MessagesJson.write(conversation.messages()) + "\n");
        terminal.note("[" + conversation.messages().size() + " messages saved]");
    }

    private void load(Path file) throws IOException {
        List<List<ChatMessage>> conversations = MessagesJson.read(Files.readString(file), file.toString());
        if (conversations.size() != 1) {
            throw new IOException(file + ": expected one conversation, found " + conversations.size());
        }
        conversation.replace(conversations.getFirst());
        terminal.note("[" + conversation.messages().size() + " messages loaded]");
    }
}
