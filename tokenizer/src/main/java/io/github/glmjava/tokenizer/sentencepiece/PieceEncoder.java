package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.TokenBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** From text to ids: normalises, then segments. Immutable and safe for use by many threads. */
public final class PieceEncoder {
    private static final int KEPT_CODE_POINTS = 1 << 20;

    private final SentencePieceModel model;
    private final Normalizer normalizer;
    private final Segmenter segmenter;
    private final AtomicReference<@Nullable Scratch> spare = new AtomicReference<>();

    /** @param model a validated model */
    public PieceEncoder(SentencePieceModel model) {
        this.model = model;
        PieceTrie userDefined = new PieceTrie(model, id -> model.type(id) == PieceType.USER_DEFINED);
        normalizer = new Normalizer(model, userDefined);
        segmenter = switch (model.settings().kind()) {
            case BPE -> new BpeSegmenter(model, userDefined);
            case UNIGRAM -> new UnigramSegmenter(model);
        };
    }

    private record Scratch(NormalizedText text, Segmenter.Pass pass) {}

    /** Appends the ids of a text; see {@link io.github.glmjava.tokenizer.Tokenizer#encode(CharSequence, TokenBuffer)}. */
    public void encode(String text, TokenBuffer out) {
        // One call's scratch memory serves the next, unless another thread has it now or the text was huge.
        Scratch scratch = spare.getAndSet(null);
        if (scratch == null) {
            scratch = new Scratch(new NormalizedText(), segmenter.newPass());
        }
        normalizer.normalize(text, out.recordsOffsets(), scratch.text());
        scratch.pass().segment(scratch.text().codePoints(), new PieceSink(model, scratch.text(), out));
        if (scratch.text().codePoints().size() <= KEPT_CODE_POINTS) {
            spare.set(scratch);
        }
    }
}
