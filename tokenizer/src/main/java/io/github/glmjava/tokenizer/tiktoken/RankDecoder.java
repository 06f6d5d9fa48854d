package io.github.glmjava.tokenizer.tiktoken;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.Utf8Joiner;

/** Decodes ids one by one: their bytes are joined, then read as UTF-8. Not safe for use by several threads. */
public final class RankDecoder {
    private final ByteStrings tokens;
    private final Utf8Joiner joiner = new Utf8Joiner(Utf8Joiner.Replacement.MAXIMAL_SUBPART);

    /** @param tokens numbered by rank */
    public RankDecoder(ByteStrings tokens) {
        this.tokens = tokens;
    }

    /**
     * Takes an id.
     *
     * @param id any int; one that is no token has no text, but ends a run of bytes
     * @param out takes the text that is certain now
     */
    public void append(int id, StringBuilder out) {
        if (id < 0 || id >= tokens.size()) {
            joiner.flush(out);
            return;
        }
        int length = tokens.length(id);
        for (int i = 0; i < length; i++) {
            joiner.append(tokens.byteAt(id, i), out);
        }
    }

    /** Ends the text. */
    public void finish(StringBuilder out) {
        joiner.flush(out);
    }
}
