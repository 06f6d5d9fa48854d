package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjDoubleConsumer;
import java.util.random.RandomGenerator;
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
        if (Math.max(text.length(), scratch.text().codePoints().size()) <= KEPT_CODE_POINTS) {
            spare.set(scratch);
        }
    }

    /**
     * The best encodings of a text, best first.
     *
     * @param count how many, at least 1; there may be fewer
     * @param taker gets each encoding, with offsets and its own, and the sum of the pieces' scores, a float
     */
    public void encodeBest(String text, int count, ObjDoubleConsumer<TokenBuffer> taker) {
        NormalizedText normalized = normalizeWithSources(text);
        Lattice lattice = unigram().lattice(normalized.codePoints());
        new BestPaths(lattice).find(count, (path, score) -> {
            TokenBuffer encoding = TokenBuffer.withOffsets();
            PieceSink sink = new PieceSink(model, normalized, encoding);
            for (int i = 0; i < path.size(); i++) {
                give(path.get(i), lattice, normalized, sink);
            }
            taker.accept(encoding, score);
        });
    }

    /** An encoding drawn with a probability proportional to exp(alpha * score). */
    public void encodeSampled(String text, double alpha, RandomGenerator random, TokenBuffer out) {
        NormalizedText normalized = normalizeWithSources(text);
        Lattice lattice = unigram().lattice(normalized.codePoints());
        IntList path = lattice.sample(alpha, random);
        PieceSink sink = new PieceSink(model, normalized, out);
        for (int i = path.size() - 1; i >= 0; i--) {
            give(path.get(i), lattice, normalized, sink);
        }
    }

    private static void give(int node, Lattice lattice, NormalizedText text, PieceSink sink) {
        int id = lattice.id(node);
        if (id == UnigramSegmenter.UNKNOWN) {
            sink.unknown(text.codePoints().get(lattice.start(node)));
        } else {
            sink.known(id);
        }
    }

    private NormalizedText normalizeWithSources(String text) {
        NormalizedText normalized = new NormalizedText();
        normalizer.normalize(text, true, normalized);
        return normalized;
    }

    private UnigramSegmenter unigram() {
        if (segmenter instanceof UnigramSegmenter unigram) {
            return unigram;
        }
        throw new IllegalStateException("a model of type BPE has one encoding of a text, only UNIGRAM has several");
    }
}
