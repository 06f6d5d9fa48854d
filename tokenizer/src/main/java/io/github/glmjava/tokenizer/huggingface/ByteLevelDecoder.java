package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.bpe.Utf8Joiner;

/**
 * Decodes ids one by one: their bytes are joined, then read as UTF-8; an id that is left out or unknown does not part the bytes
 * on its sides. Not safe for use by several threads.
 */
public final class ByteLevelDecoder {
    private final HuggingFaceModel model;
    private final boolean skipsSpecial;
    private final Utf8Joiner joiner = new Utf8Joiner(Utf8Joiner.Replacement.MAXIMAL_SUBPART);

    /**
     * @param model the tokens
     * @param skipsSpecial whether special tokens become nothing
     */
    public ByteLevelDecoder(HuggingFaceModel model, boolean skipsSpecial) {
        this.model = model;
        this.skipsSpecial = skipsSpecial;
    }

    /**
     * Takes an id.
     *
     * @param id any int
     * @param out takes the text that is certain now
     */
    public void append(int id, StringBuilder out) {
        byte[] bytes = skipsSpecial && model.isSpecial(id) ? null : model.bytes(id);
        if (bytes != null) {
            for (byte each : bytes) {
                joiner.append(each, out);
            }
        }
    }

    /** Ends the text. */
    public void finish(StringBuilder out) {
        joiner.flush(out);
    }
}
