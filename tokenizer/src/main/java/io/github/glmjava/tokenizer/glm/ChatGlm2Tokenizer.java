package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import java.util.List;

/**
 * The tokenizer of ChatGLM2: a SentencePiece model with five special tokens behind its pieces
 * ({@code tokenization_chatglm.py} of chatglm2-6b). Decoding shows neither those nor the unknown piece.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlm2Tokenizer implements Tokenizer {
    static final List<String> NAMES = List.of("[MASK]", "[gMASK]", "[sMASK]", "sop", "eop");

    private final SentencePieceTokenizer file;
    private final SpecialTokens specials;

    /** @param file the model file of the checkpoint */
    public ChatGlm2Tokenizer(SentencePieceTokenizer file) {
        this.file = file;
        this.specials = new SpecialTokens(file.vocabularySize(), NAMES);
    }

    /**
     * The id of a special token.
     *
     * @param name {@code [MASK]}, {@code [gMASK]}, {@code [sMASK]}, {@code sop} or {@code eop}
     */
    public int specialId(String name) {
        return specials.id(name);
    }

    /** The id that ends an answer. */
    public int eosId() {
        return file.eosId();
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        file.encode(text, out);
    }

    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        return new HidingDecoder(file.newDecoder(), id -> id == file.unknownId());
    }

    @Override
    public int vocabularySize() {
        return specials.end();
    }
}
