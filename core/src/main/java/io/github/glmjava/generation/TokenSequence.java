package io.github.glmjava.generation;

/**
 * One sequence of tokens under a model: what was fed so far and the logits that follow it. What was fed decides the
 * logits to the bit; how it was split over calls, or what was fed and truncated in between, does not. Not safe for use
 * by several threads.
 */
public interface TokenSequence extends AutoCloseable {
    /** The number of tokens held. */
    int length();

    /** The most tokens that the sequence can hold. */
    int contextLimit();

    /** The length of the logits; every token id is below it. */
    int vocabularySize();

    /**
     * Feeds tokens. Long prompts are split into chunks by the implementation.
     *
     * @param ids token ids; read during the call only
     * @param from index of the first id to feed
     * @param to index after the last id to feed
     */
    void append(int[] ids, int from, int to);

    /**
     * The logits after the last token.
     *
     * @return {@link #vocabularySize} values in a buffer that the sequence owns; valid until the next call of {@link
     *     #append} or {@link #truncate}; the caller may overwrite it
     */
    float[] logits();

    /**
     * Forgets everything from a position on. Logits are to be had again only after the next {@link #append}.
     *
     * @param length the number of tokens to keep, 0..{@link #length}
     */
    void truncate(int length);

    @Override
    void close();
}
