package io.github.glmjava.tokenizer.sentencepiece;

import java.util.Arrays;

/** What each id decodes to. Immutable. */
public final class PieceTexts {
    private final String[] surfaces;
    private final short[] byteValues;
    private final boolean[] spaceFirst;
    private final boolean dropsFirstSpace;
    private final boolean dropsEverySpace;

    /** @param model a validated model */
    public PieceTexts(SentencePieceModel model) {
        int count = model.size();
        surfaces = new String[count];
        byteValues = new short[count];
        spaceFirst = new boolean[count];
        Arrays.fill(byteValues, (short) -1);
        for (int value = 0; model.hasByteFallback() && value < 256; value++) {
            byteValues[model.byteId(value)] = (short) value;
        }
        for (int id = 0; id < count; id++) {
            PieceType type = model.type(id);
            spaceFirst[id] = type != PieceType.CONTROL
                    && type != PieceType.UNKNOWN
                    && model.text(id).charAt(0) == SentencePieceModel.SPACE_SYMBOL;
            surfaces[id] = type == PieceType.CONTROL || type == PieceType.BYTE
                    ? ""
                    : type == PieceType.UNKNOWN
                            ? model.settings().unknownSurface()
                            : model.text(id).replace(SentencePieceModel.SPACE_SYMBOL, ' ');
        }
        dropsEverySpace = model.settings().removeExtraWhitespaces();
        dropsFirstSpace = dropsEverySpace || model.settings().addDummyPrefix();
    }

    /** The byte that an id stands for, or -1. */
    int byteValue(int id) {
        return id >= 0 && id < byteValues.length ? byteValues[id] : -1;
    }

    /** The text of an id; nothing for a control piece, a byte piece and what is no piece. */
    String surface(int id) {
        return id >= 0 && id < surfaces.length ? surfaces[id] : "";
    }

    /** True if the text of the id begins with a space that the encoder may have added. */
    boolean hasSpaceFirst(int id) {
        return id >= 0 && id < spaceFirst.length && spaceFirst[id];
    }

    boolean dropsFirstSpace() {
        return dropsFirstSpace;
    }

    boolean dropsEverySpace() {
        return dropsEverySpace;
    }
}
