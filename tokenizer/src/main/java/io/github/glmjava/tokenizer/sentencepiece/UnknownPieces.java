package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/**
 * What becomes of characters that no piece covers: their UTF-8 bytes as BYTE pieces if the model has them, else one unknown id
 * for a whole run ({@code SentencePieceProcessor::PopulateSentencePieceText}).
 */
final class UnknownPieces {
    private final SentencePieceModel model;

    UnknownPieces(SentencePieceModel model) {
        this.model = model;
    }

    Run newRun(IntList out) {
        return new Run(out);
    }

    /** Appends the ids of one text. */
    final class Run {
        private final IntList out;
        private boolean afterUnknown;

        private Run(IntList out) {
            this.out = out;
        }

        void known(int id) {
            out.add(id);
            afterUnknown = false;
        }

        void unknown(int codePoint) {
            if (!model.hasByteFallback()) {
                if (!afterUnknown) {
                    out.add(model.unknownId());
                }
                afterUnknown = true;
            } else if (codePoint < 0x80) {
                out.add(model.byteId(codePoint));
            } else if (codePoint < 0x800) {
                out.add(model.byteId(0xC0 | (codePoint >>> 6)));
                continuation(codePoint);
            } else if (codePoint < 0x10000) {
                out.add(model.byteId(0xE0 | (codePoint >>> 12)));
                continuation(codePoint >>> 6);
                continuation(codePoint);
            } else {
                out.add(model.byteId(0xF0 | (codePoint >>> 18)));
                continuation(codePoint >>> 12);
                continuation(codePoint >>> 6);
                continuation(codePoint);
            }
        }

        private void continuation(int bits) {
            out.add(model.byteId(0x80 | (bits & 0x3F)));
        }
    }
}
