package io.github.glmjava;

/**
 * Lets any thread end a generation early. It is noticed between two tokens, and in a long prompt between two slices.
 * Once cancelled it stays so; safe for use by many threads and many generations.
 */
public final class Cancellation {
    private volatile boolean cancelled;

    /** Not cancelled yet. */
    public Cancellation() {}

    /** Asks the generation to end. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether {@link #cancel} was called. */
    public boolean isCancelled() {
        return cancelled;
    }
}
