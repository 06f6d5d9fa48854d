package io.github.glmjava;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of an answer while it is being generated. The texts of all steps, put together, are exactly {@link
 * GenerationResult#text}.
 */
public final class GeneratedToken {
    /** The {@link #id} of a step that brings no token, only text which was held back until the end. */
    public static final int NO_TOKEN = -1;

    private final int index;
    private final int id;
    private final String text;
    private final @Nullable TokenLogprob logprob;

    /**
     * A step.
     *
     * @param index which one, from 0
     * @param id the token's id or {@link #NO_TOKEN}
     * @param text the text that became certain
     * @param logprob null if it was not asked for
     */
    public GeneratedToken(int index, int id, String text, @Nullable TokenLogprob logprob) {
        this.index = index;
        this.id = id;
        this.text = text;
        this.logprob = logprob;
    }

    /** Which step of the answer this is, from 0. */
    public int index() {
        return index;
    }

    /**
     * The token's id. The last step may be {@link #NO_TOKEN}: when an answer ends while text is held back (half a
     * character, or what might have become a stop string), that text comes in a step of its own.
     */
    public int id() {
        return id;
    }

    /**
     * The text that became certain with this token. Often empty: the bytes of one character may be spread over several
     * tokens, and text that may be the beginning of a stop string is held back.
     */
    public String text() {
        return text;
    }

    /** The token's probability, if {@link GenerationOptions.Builder#logprobs} asked for it. */
    public Optional<TokenLogprob> logprob() {
        return Optional.ofNullable(logprob);
    }

    @Override
    public String toString() {
        return index + ": " + id + " '" + text + "'";
    }
}
