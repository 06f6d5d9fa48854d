package io.github.glmjava.tokenizer;

/**
 * Decodes a stream of ids to text and never gives out half a character: the concatenation of everything returned,
 * {@link #finish} included, equals {@link Tokenizer#decode} of all the ids. Not safe for use by several threads.
 */
public interface IncrementalDecoder {
    /**
     * Takes the next id.
     *
     * @param id a token id
     * @return the text that is certain now, often empty while bytes of one character are still missing
     */
    String append(int id);

    /**
     * Ends the stream.
     *
     * @return what was held back, with U+FFFD for bytes that never became a character
     */
    String finish();

    /**
     * Takes a whole stream.
     *
     * @param ids all of its ids
     * @return its text
     */
    default String all(int... ids) {
        StringBuilder text = new StringBuilder(ids.length * 3);
        for (int id : ids) {
            text.append(append(id));
        }
        return text.append(finish()).toString();
    }
}
