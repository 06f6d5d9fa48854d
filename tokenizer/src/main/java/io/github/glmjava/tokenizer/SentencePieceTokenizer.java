package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.sentencepiece.PieceDecoder;
import io.github.glmjava.tokenizer.sentencepiece.PieceEncoder;
import io.github.glmjava.tokenizer.sentencepiece.PieceTexts;
import io.github.glmjava.tokenizer.sentencepiece.SentencePieceModel;
import io.github.glmjava.tokenizer.sentencepiece.SentencePieceModelReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A SentencePiece model ({@code tokenizer.model}), with the ids and texts of the original's {@code encode} and
 * {@code decode} without options. Supported are models of the types BPE and UNIGRAM.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class SentencePieceTokenizer implements Tokenizer {
    private static final int MAX_FILE_BYTES = 32 << 20;
    private static final int MOST_ENCODINGS = 1024;

    private final SentencePieceModel model;
    private final PieceEncoder encoder;
    private final PieceTexts texts;

    private SentencePieceTokenizer(SentencePieceModel model) {
        this.model = model;
        this.encoder = new PieceEncoder(model);
        this.texts = new PieceTexts(model);
    }

    /**
     * Reads a model file.
     *
     * @param file at most 32 MB
     * @throws TokenizerException if the file is malformed or needs a feature that is not supported yet
     * @throws IOException if the file cannot be read
     */
    public static SentencePieceTokenizer load(Path file) throws IOException {
        return parse(BoundedFiles.read(file, MAX_FILE_BYTES), file.toString());
    }

    /**
     * Reads a model from memory.
     *
     * @param content the bytes of a model file
     * @param name what messages call it
     * @throws TokenizerException if the content is malformed or needs a feature that is not supported yet
     */
    public static SentencePieceTokenizer parse(byte[] content, String name) throws TokenizerException {
        return new SentencePieceTokenizer(SentencePieceModelReader.read(content, name));
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        encoder.encode(text.toString(), out);
    }

    /**
     * The best encodings of a text, best first: {@code NBestEncode} of the original. Only for models of type UNIGRAM.
     *
     * @param count how many, 1 to 1024; a short text may have fewer
     * @throws IllegalStateException if the model is of another type
     */
    public List<ScoredEncoding> encodeBest(String text, int count) {
        if (count < 1 || count > MOST_ENCODINGS) {
            throw new IllegalArgumentException(count + " encodings, expected 1 to " + MOST_ENCODINGS);
        }
        List<ScoredEncoding> best = new ArrayList<>();
        encoder.encodeBest(
                text,
                count,
                (encoding, score) -> best.add(new ScoredEncoding(encoding.toEncoding(text), (float) score)));
        return best;
    }

    /**
     * An encoding drawn among all of a text, for training with subword regularisation: {@code SampleEncode} of the original with
     * {@code nbest_size} -1. The probability of an encoding is proportional to exp(alpha * score). Only for models of type UNIGRAM.
     *
     * @param alpha 0 draws evenly, larger values prefer the best encodings
     * @param random decides; the same numbers give the same encoding
     * @throws IllegalStateException if the model is of another type
     */
    public Encoding encodeSampled(String text, double alpha, RandomGenerator random) {
        requireFinite(alpha);
        TokenBuffer out = TokenBuffer.withOffsets();
        encoder.encodeSampled(text, alpha, random, out);
        return out.toEncoding(text);
    }

    /**
     * The same among the best encodings of a text only ({@code nbest_size} of the original).
     *
     * @param count among how many, as in {@link #encodeBest}
     */
    public Encoding encodeSampled(String text, double alpha, int count, RandomGenerator random) {
        requireFinite(alpha);
        List<ScoredEncoding> best = encodeBest(text, count);
        double[] weights = new double[best.size()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(alpha * (best.get(i).score() - best.getFirst().score()));
            sum += weights[i];
        }
        double rest = random.nextDouble() * sum;
        int drawn = 0;
        while (drawn + 1 < weights.length && rest >= weights[drawn]) {
            rest -= weights[drawn++];
        }
        return best.get(drawn).encoding();
    }

    private static void requireFinite(double alpha) {
        if (!(alpha >= 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("alpha " + alpha + ", expected a number of 0 or more");
        }
    }

    /** {@inheritDoc} The unknown id becomes the file's {@code unk_surface}, mostly {@code " \u2047 "}. */
    @Override
    public String decode(int... ids) {
        PieceDecoder decoder = new PieceDecoder(texts, false);
        StringBuilder out = new StringBuilder(ids.length * 3);
        for (int id : ids) {
            decoder.append(id, out);
        }
        decoder.finish(out);
        return out.toString();
    }

    @Override
    public IncrementalDecoder newDecoder() {
        return newDecoder(false);
    }

    /** A decoder for ids that continue a text, such as the answer to a prompt: a space that they begin with stays. */
    public IncrementalDecoder newContinuationDecoder() {
        return newDecoder(true);
    }

    private IncrementalDecoder newDecoder(boolean continues) {
        PieceDecoder decoder = new PieceDecoder(texts, continues);
        return new StreamDecoder(decoder::append, decoder::finish);
    }

    /** {@inheritDoc} Here it is the number of pieces in the file. */
    @Override
    public int vocabularySize() {
        return model.size();
    }

    /**
     * The text of a piece as the file has it, with U+2581 for spaces.
     *
     * @param id 0 to {@link #vocabularySize} - 1
     */
    public String piece(int id) {
        return model.text(Objects.checkIndex(id, model.size()));
    }

    /** The id of the piece with exactly that text, of whatever type, or -1 if there is none. */
    public int id(String piece) {
        return model.id(piece);
    }

    /** The id of the piece for what no piece covers. */
    public int unknownId() {
        return model.unknownId();
    }

    /** The id of the control piece that begins a text, or -1 if the file has none. */
    public int bosId() {
        return model.controlId(model.settings().bosPiece());
    }

    /** The id of the control piece that ends a text, or -1 if the file has none. */
    public int eosId() {
        return model.controlId(model.settings().eosPiece());
    }
}
