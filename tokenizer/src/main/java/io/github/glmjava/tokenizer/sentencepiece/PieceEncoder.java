package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/** From text to ids: normalises, then segments. Immutable and safe for use by many threads. */
public final class PieceEncoder {
    private final Normalizer normalizer;
    private final Segmenter segmenter;

    /** @param model a validated model */
    public PieceEncoder(SentencePieceModel model) {
        UserDefinedPieces userDefined = new UserDefinedPieces(model);
        normalizer = new Normalizer(model.settings(), userDefined);
        segmenter = new BpeSegmenter(model, userDefined);
    }

    /** The ids of a text; see {@link io.github.glmjava.tokenizer.Tokenizer#encode}. */
    public int[] encode(String text) {
        IntList normalized = normalizer.normalize(text);
        IntList ids = new IntList(normalized.size() / 2);
        segmenter.segment(normalized, ids);
        return ids.toArray();
    }
}
