package io.github.glmjava.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/** A real terminal: lines can be edited, and earlier ones come back with the arrow keys, also those of earlier runs. */
final class LineEditingTerminal implements ChatTerminal {
    private static final String PROMPT = "> ";

    private final Terminal terminal;
    private final LineReader reader;

    private LineEditingTerminal(Terminal terminal, LineReader reader) {
        this.terminal = terminal;
        this.reader = reader;
    }

    static LineEditingTerminal open() throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build();
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .appName("glm")
                .terminal(terminal)
                // What is typed is text: no quotes, no backslashes and no "!" that recall earlier lines.
                .parser(new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
        Path history = historyFile();
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        return new LineEditingTerminal(terminal, builder.build());
    }

    /** {@code ~/.glm/history}, in a folder that only its owner can read; null if it cannot be made. */
    private static @Nullable Path historyFile() {
        Path folder = Path.of(System.getProperty("user.home", "."), ".glm");
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        try {
            return Files.createDirectories(folder, attributes).resolve("history");
        } catch (IOException e) {
            return null; // a chat without a history is better than none
        }
    }

    @Override
    public @Nullable String read() {
        while (true) {
            try {
                return reader.readLine(PROMPT);
            } catch (UserInterruptException e) {
                // Ctrl-C drops what was typed so far.
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    @Override
    public PrintWriter out() {
        return terminal.writer();
    }

    /** Fainter than the answer, where the terminal can. */
    @Override
    public void reasoning(String part) {
        terminal.writer().print(new AttributedString(part, AttributedStyle.DEFAULT.faint()).toAnsi(terminal));
        terminal.writer().flush();
    }

    @Override
    public void note(String line) {
        terminal.writer().println(line);
        terminal.writer().flush();
    }

    @Override
    public void runInterruptibly(Runnable task, Runnable interrupt) {
        Terminal.SignalHandler earlier = terminal.handle(Terminal.Signal.INT, signal -> interrupt.run());
        try {
            task.run();
        } finally {
            terminal.handle(Terminal.Signal.INT, earlier);
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
