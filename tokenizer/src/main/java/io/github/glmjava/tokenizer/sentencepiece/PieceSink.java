package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.TokenBuffer;

/**
 * Takes the pieces of a text one after the other. Characters that no piece covers become their UTF-8 bytes as BYTE pieces if
 * the model has them, else one unknown id for a whole run ({@code SentencePieceProcessor::PopulateSentencePieceText}). One
 * instance serves one text.
 */
final class PieceSink {
    private final SentencePieceModel model;
    private final NormalizedText text;
    private final TokenBuffer out;
    private final boolean withOffsets;
    private int position;
    private boolean afterUnknown;

    PieceSink(SentencePieceModel model, NormalizedText text, TokenBuffer out) {
        this.model = model;
        this.text = text;
        this.out = out;
        this.withOffsets = out.recordsOffsets();
    }

    /** The next piece is that of an id. */
    void known(int id) {
        afterUnknown = false;
        if (!withOffsets) {
            out.add(id, 0, 0);
            return;
        }
        int start = text.source(position);
        position += model.codePoints(id);
        out.add(id, start, text.source(position));
    }

    /** The next piece is a character that no piece covers. */
    void unknown(int codePoint) {
        int start = withOffsets ? text.source(position) : 0;
        position++;
        int end = withOffsets ? text.source(position) : 0;
        if (model.hasByteFallback()) {
            bytes(codePoint, start, end);
        } else if (afterUnknown) {
            out.extendLast(end);
        } else {
            out.add(model.unknownId(), start, end);
            afterUnknown = true;
        }
    }

    // The last byte stands for the character, the others for nothing.
    private void bytes(int codePoint, int start, int end) {
        if (codePoint < 0x80) {
            out.add(model.byteId(codePoint), start, end);
            return;
        }
        if (codePoint < 0x800) {
            out.add(model.byteId(0xC0 | (codePoint >>> 6)), start, start);
        } else {
            if (codePoint < 0x10000) {
                out.add(model.byteId(0xE0 | (codePoint >>> 12)), start, start);
            } else {
                out.add(model.byteId(0xF0 | (codePoint >>> 18)), start, start);
                out.add(continuation(codePoint >>> 12), start, start);
            }
            out.add(continuation(codePoint >>> 6), start, start);
        }
        out.add(continuation(codePoint), start, end);
    }

    private int continuation(int bits) {
        return model.byteId(0x80 | (bits & 0x3F));
    }
}
