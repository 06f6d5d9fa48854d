package io.github.glmjava.weights;

import java.nio.file.Path;

/**
 * Reading memory-mapped bytes.
 *
 * <p>A file can shrink, or its disk fail, after it was mapped. The JVM then answers a read of the lost pages with an
 * {@link InternalError} (see {@code java.nio.MappedByteBuffer}), which would end a program that knows well how to go on
 * without this file.
 */
final class MappedRead {
    /** Code that reads mapped bytes. */
    interface Action<R> {
        R run() throws CheckpointException;
    }

    private MappedRead() {}

    /**
     * Runs {@code action} and turns the JVM's fault into an exception.
     *
     * @param what what is being read, for the message
     */
    static <R> R of(Path file, String what, Action<R> action) throws CheckpointException {
        try {
            R result = action.run();
            awaitFault();
            return result;
        } catch (InternalError error) {
            if (!isAccessFault(error)) {
                throw error;
            }
            throw new CheckpointException(
                    file + ": cannot read " + what + ": the file was truncated or its disk failed after it was opened",
                    error);
        }
    }

    /**
     * The JVM throws the error for an access of compiled code not there but at the next safepoint, which may lie behind the
     * caller's return. A native call is one.
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on what it hints at
    private static void awaitFault() {
        Thread.yield();
    }

    /** Both of HotSpot's messages for a faulting map (sharedRuntime and unsafe.cpp) contain these words. */
    private static boolean isAccessFault(InternalError error) {
        String message = error.getMessage();
        return message != null && message.contains("unsafe memory access operation");
    }
}
