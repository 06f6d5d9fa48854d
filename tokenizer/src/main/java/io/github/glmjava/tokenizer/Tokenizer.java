package io.github.glmjava.tokenizer;

/**
 * Text to token ids and back. Implementations are immutable and safe for use by many threads.
 */
public interface Tokenizer {
    /**
     * Encodes plain text. Nothing in the text is ever taken for a control token.
     *
     * @param text any text; a lone surrogate counts as U+FFFD; may be empty
     * @return the ids, without any prefix or suffix of a model family
     */
    int[] encode(String text);

    /**
     * Decodes ids to text; control tokens become nothing.
     *
     * @param ids token ids; an id outside the vocabulary decodes to nothing
     * @return the text; bytes that are not UTF-8 become U+FFFD as the original does it
     */
    String decode(int... ids);

    /** A decoder for ids that arrive one by one; each belongs to one stream of text. */
    IncrementalDecoder newDecoder();

    /** The number of ids that the tokenizer file and its special tokens define. */
    int vocabularySize();
}
