package io.github.glmjava.tokenizer;

/** Says where in a text a token that steers the model, written by name, becomes that token. */
public interface ControlTokens {
    /** Nowhere: the text is data. */
    ControlTokens NOWHERE = (from, to) -> false;

    /** Everywhere: the text is trusted. */
    ControlTokens EVERYWHERE = (from, to) -> true;

    /** Whether {@code text[from..to)} may become such a token. */
    boolean areAllowedIn(int from, int to);
}
