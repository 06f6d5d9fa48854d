package io.github.glmjava.tokenizer.sentencepiece;

/** What a piece is for; the order is that of the numbers 1 to 6 in the file. */
public enum PieceType {
    /** A part of text. */
    NORMAL,
    /** Stands for what no piece covers. */
    UNKNOWN,
    /** Has no text; no text becomes it. */
    CONTROL,
    /** Always one piece wherever it occurs in the text. */
    USER_DEFINED,
    /** May take part in merges, but is split again in the result. */
    UNUSED,
    /** One byte, for characters that no piece covers. */
    BYTE
}
