package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.Utf8Joiner;

/**
 * Decodes ids one by one ({@code SentencePieceProcessor::Decode}). Not safe for use by several threads.
 *
 * <p>The space that begins the text is dropped if the encoder may have added it: at the first piece that has text, once,
 * or at each piece until something was emitted if extra spaces are removed.
 */
public final class PieceDecoder {
    private final PieceTexts texts;
    private final Utf8Joiner bytes = new Utf8Joiner(Utf8Joiner.Replacement.EACH_BYTE);
    private boolean atBeginning;
    private boolean droppedSpace;

    /**
     * @param texts the texts of the model's pieces
     * @param continues true if the ids continue a text, so that their first space stays
     */
    public PieceDecoder(PieceTexts texts, boolean continues) {
        this.texts = texts;
        this.atBeginning = !continues && texts.dropsFirstSpace();
    }

    /**
     * Takes an id.
     *
     * @param id any int; one that is no piece has no text
     * @param out takes the text that is certain now
     */
    public void append(int id, StringBuilder out) {
        int value = texts.byteValue(id);
        if (value >= 0) {
            bytes.append((byte) value, out);
            atBeginning = false;
            return;
        }
        bytes.flush(out);
        if (droppedSpace) {
            atBeginning = false;
        }
        String text = texts.surface(id);
        boolean space = atBeginning && texts.hasSpaceFirst(id);
        droppedSpace = space && !texts.dropsEverySpace();
        out.append(text, space ? 1 : 0, text.length());
        if (text.length() > (space ? 1 : 0)) {
            atBeginning = false;
        }
    }

    /** Ends the text. */
    public void finish(StringBuilder out) {
        bytes.flush(out);
    }
}
