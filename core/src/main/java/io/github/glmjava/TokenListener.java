package io.github.glmjava;

/** Hears of each token as it is generated. */
@FunctionalInterface
public interface TokenListener {
    /**
     * Called in the generating thread, which waits for it. An exception ends the generation and reaches the caller of
     * the generating method.
     *
     * @param token the new token and the text that became certain with it
     */
    void onToken(GeneratedToken token);
}
