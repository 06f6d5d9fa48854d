package io.github.glmjava.tokenizer.glm;

import java.util.List;

/**
 * What an original GLM calls its special tokens, and how its masks are read, after the classes of THUDM's tokenization_glm.py.
 *
 * @param begin stands before a text
 * @param end stands behind it
 * @param endOfText ends a filling, as {@link #END_OF_PIECE} does: {@code eos} of THUDM/GLM's tokenization.py
 * @param masks of blanks, the first for some words
 * @param keepsSpaceBehindMasks whether white space behind a mask belongs to the text; white space before it never does
 */
public record OriginalGlmNames(
        String begin, String end, String endOfText, List<String> masks, boolean keepsSpaceBehindMasks) {
    /** Begins a filling. */
    public static final String START_OF_PIECE = "<|startofpiece|>";

    /** Ends a filling. */
    public static final String END_OF_PIECE = "<|endofpiece|>";

    /** The mask for a text that goes on at its end. */
    static final String END_MASK = "[gMASK]";

    private static final String SHORT_MASK = "[MASK]";

    /** Copies the list. */
    public OriginalGlmNames {
        masks = List.copyOf(masks);
        if (masks.isEmpty()) {
            throw new IllegalArgumentException("a model that fills blanks has a mask");
        }
    }

    /** Of {@code GLMChineseTokenizer} and {@code GLMGPT2Tokenizer}, with masks of some words, of a sentence and of a text's end. */
    public static OriginalGlmNames threeMasks() {
        return new OriginalGlmNames(
                "[CLS]", "<|endoftext|>", "<|endoftext|>", List.of(SHORT_MASK, "[sMASK]", END_MASK), false);
    }

    /** Of {@code GLMBertTokenizer}. */
    public static OriginalGlmNames bert() {
        return new OriginalGlmNames("[CLS]", "[SEP]", "[PAD]", List.of(SHORT_MASK), false);
    }

    /** Of {@code GLMRobertaTokenizer}. Its base class has the mask take the space before it alone. */
    public static OriginalGlmNames roberta() {
        return new OriginalGlmNames("<s>", "</s>", "</s>", List.of(SHORT_MASK), true);
    }
}
