package io.github.glmjava.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a command reads and writes; always UTF-8, whatever the platform's encoding is.
 *
 * @param in what is to be processed
 * @param out results, and nothing else
 * @param err everything else: messages, timing
 * @param interactive whether a person sits at the other end
 */
record CommandStreams(InputStream in, PrintStream out, PrintStream err, boolean interactive) {
    /** The streams of this process. */
    static CommandStreams ofProcess() {
        return new CommandStreams(
                System.in,
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
    }

    /** All of the input. The line break that ends the last line is not a part of it. */
    String readText() throws IOException {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /** Writes a line for people at once. */
    void message(String line) {
        out.flush();
        err.println(line);
        err.flush();
    }
}
