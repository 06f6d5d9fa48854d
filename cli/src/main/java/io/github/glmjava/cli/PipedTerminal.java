package io.github.glmjava.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines from stdin, answers to stdout, and the rest, reasoning included, to stderr; nobody sees a prompt. */
final class PipedTerminal implements ChatTerminal {
    private final CommandStreams streams;
    private final BufferedReader lines;
    private final PrintWriter out;

    PipedTerminal(CommandStreams streams) {
        this.streams = streams;
        lines = new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8));
        out = new PrintWriter(streams.out(), false, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable String read() throws IOException {
        return lines.readLine();
    }

    @Override
    public PrintWriter out() {
        return out;
    }

    @Override
    public void reasoning(String part) {
        streams.err().print(part);
        streams.err().flush();
    }

    @Override
    public void note(String line) {
        out.flush();
        streams.message(line);
    }

    /** There is no keyboard; a signal ends the program, as it ends others in a pipe. */
    @Override
    public void runInterruptibly(Runnable task, Runnable interrupt) {
        task.run();
    }

    @Override
    public void close() {
        out.flush();
    }
}
