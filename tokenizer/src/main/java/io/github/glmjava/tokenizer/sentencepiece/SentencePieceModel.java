package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A validated model file. Immutable. */
public final class SentencePieceModel {
    /** U+2581, which stands for a space inside pieces. */
    public static final char SPACE_SYMBOL = '\u2581';

    private final ByteStrings pieces;
    private final float[] scores;
    private final PieceType[] types;
    private final int[] byteIds;
    private final int unknownId;
    private final Settings settings;
    private final @Nullable Charsmap charsmap;
    private final short[] codePoints;

    /** How texts are cut into pieces. */
    public enum Kind {
        UNIGRAM,
        BPE
    }

    /**
     * The file's settings.
     *
     * @param kind how texts are cut
     * @param unknownSurface what the unknown id decodes to
     * @param bosPiece the text of the piece that begins a text
     * @param eosPiece the text of the piece that ends a text
     * @param addDummyPrefix one space is put in front of a text that is not empty
     * @param removeExtraWhitespaces spaces at the ends go, runs of spaces become one
     * @param escapeWhitespaces spaces become U+2581
     * @param whitespaceAsSuffix the dummy space is put behind the text instead
     */
    public record Settings(
            Kind kind,
            String unknownSurface,
            String bosPiece,
            String eosPiece,
            boolean addDummyPrefix,
            boolean removeExtraWhitespaces,
            boolean escapeWhitespaces,
            boolean whitespaceAsSuffix) {}

    /**
     * @param pieces the UTF-8 text of each piece; a piece's number is its id
     * @param scores one finite score per piece
     * @param types one type per piece
     * @param byteIds the ids of the 256 byte pieces; empty without byte fallback
     * @param unknownId the id of the only piece of type UNKNOWN
     * @param settings the file's settings
     * @param charsmap the normaliser's replacements; null if it has none
     */
    SentencePieceModel(
            ByteStrings pieces,
            float[] scores,
            List<PieceType> types,
            int[] byteIds,
            int unknownId,
            Settings settings,
            @Nullable Charsmap charsmap) {
        this.pieces = pieces;
        this.scores = scores.clone();
        this.types = types.toArray(PieceType[]::new);
        this.byteIds = byteIds.clone();
        this.unknownId = unknownId;
        this.settings = settings;
        this.charsmap = charsmap;
        codePoints = new short[scores.length];
        for (int id = 0; id < codePoints.length; id++) {
            String text = text(id);
            codePoints[id] = (short) text.codePointCount(0, text.length());
        }
    }

    /** The file's settings. */
    public Settings settings() {
        return settings;
    }

    /** The normaliser's replacements, or null if it has none. */
    @Nullable
    Charsmap charsmap() {
        return charsmap;
    }

    /** The number of pieces. */
    public int size() {
        return types.length;
    }

    /** The pieces as UTF-8. */
    ByteStrings pieces() {
        return pieces;
    }

    /** The text of a piece. */
    public String text(int id) {
        return new String(pieces.get(id), StandardCharsets.UTF_8);
    }

    /** The id of a piece of any type, or -1. */
    public int id(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return pieces.indexOf(bytes, 0, bytes.length);
    }

    /** The number of code points of a piece. */
    int codePoints(int id) {
        return codePoints[id];
    }

    /** The score of a piece. */
    float score(int id) {
        return scores[id];
    }

    /** The type of a piece. */
    PieceType type(int id) {
        return types[id];
    }

    /** True if there is a piece of the given type. */
    boolean has(PieceType type) {
        for (PieceType each : types) {
            if (each == type) {
                return true;
            }
        }
        return false;
    }

    /** The id of the only piece of type UNKNOWN. */
    public int unknownId() {
        return unknownId;
    }

    /** True if characters that no piece covers become bytes. */
    boolean hasByteFallback() {
        return byteIds.length > 0;
    }

    /** The id of the piece for a byte from 0 to 255. */
    int byteId(int value) {
        return byteIds[value];
    }

    /** The id of the control piece of that text, or -1 if there is none. */
    public int controlId(String text) {
        int id = id(text);
        return id >= 0 && types[id] == PieceType.CONTROL ? id : -1;
    }
}
