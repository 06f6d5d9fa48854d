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
    default int[] encode(String text) {
        TokenBuffer out = new TokenBuffer();
        encode(text, out);
        return out.toArray();
    }

    /** Encodes as {@link #encode(String)} does and tells which part of the text each id stands for. */
    default Encoding encodeWithOffsets(String text) {
        TokenBuffer out = TokenBuffer.withOffsets();
        encode(text, out);
        return out.toEncoding(text);
    }

    /**
     * Encodes as {@link #encode(String)} does, into a buffer that can be used again.
     *
     * @param text any text
     * @param out takes the ids, behind those that it already holds
     */
    void encode(CharSequence text, TokenBuffer out);

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
