package io.github.glmjava.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** The person at the other end of a chat, or a pipe. */
interface ChatTerminal extends AutoCloseable {
    /** Waits for the next input, which may have several lines; null at the end. */
    @Nullable
    String read() throws IOException;

    /** Where answers go. */
    PrintWriter out();

    /** Shows a part of what the model thinks before it answers, in such a way that nobody takes it for the answer. */
    void reasoning(String part);

    /** Says something that is not an answer. */
    void note(String line);

    /**
     * Runs something during which Ctrl-C does not end the program.
     *
     * @param task runs in this thread
     * @param interrupt is run, in another thread, when Ctrl-C is pressed
     */
    void runInterruptibly(Runnable task, Runnable interrupt);

    @Override
    void close() throws IOException;
}
