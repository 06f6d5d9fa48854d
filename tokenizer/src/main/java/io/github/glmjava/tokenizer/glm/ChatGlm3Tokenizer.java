package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.answer.NamedTokenDecoder;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tokenizer of ChatGLM3: that of ChatGLM2 with four role tokens more ({@code tokenization_chatglm.py} of
 * chatglm3-6b).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlm3Tokenizer implements Tokenizer {
    private static final List<String> ROLES = List.of("<|system|>", "<|user|>", "<|assistant|>", "<|observation|>");

    private final SentencePieceTokenizer file;
    private final SpecialTokens specials;
    private final SpecialTokens roles;

    /** @param file the model file of the checkpoint */
    public ChatGlm3Tokenizer(SentencePieceTokenizer file) {
        this.file = file;
        this.specials = new SpecialTokens(
                file.vocabularySize(),
                Stream.concat(ChatGlm2Tokenizer.NAMES.stream(), ROLES.stream()).toList());
        this.roles = new SpecialTokens(file.vocabularySize() + ChatGlm2Tokenizer.NAMES.size(), ROLES);
    }

    /**
     * The id of a special token.
     *
     * @param name {@code [MASK]}, {@code [gMASK]}, {@code [sMASK]}, {@code sop}, {@code eop} or a role such as
     *     {@code <|user|>}
     */
    public int specialId(String name) {
        return specials.id(name);
    }

    /** The id of the token that begins a message. */
    public int roleId(ChatRole role) {
        return roles.id(Roles.token(role));
    }

    /** The id that ends an answer. */
    public int eosId() {
        return file.eosId();
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        file.encode(text, out);
    }

    /**
     * Encodes a text in which the four role tokens, written by name, become their ids: the original's
     * {@code encode_special_tokens=True}. Not for text that others wrote.
     */
    public int[] encodeWithRoleTokens(String text) {
        return roles.encode(text, file::encode);
    }

    /** {@inheritDoc} So do the unknown piece and the special tokens. */
    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        return hidingUnknown(file.newDecoder());
    }

    private IncrementalDecoder hidingUnknown(IncrementalDecoder decoder) {
        return new HidingDecoder(decoder, id -> id == file.unknownId());
    }

    /** A decoder that shows {@code <|assistant|>}. */
    IncrementalDecoder newAnswerDecoder() {
        return new NamedTokenDecoder(
                roleId(ChatRole.ASSISTANT), newDecoder(), () -> hidingUnknown(file.newContinuationDecoder()));
    }

    /**
     * Decodes with special tokens shown by name, as the original's {@code tokenizer.decode} does, whether or not it is asked to
     * skip them.
     */
    public String decodeWithSpecialTokens(int... ids) {
        StringBuilder out = new StringBuilder(ids.length * 3);
        IncrementalDecoder decoder = newDecoder();
        for (int id : ids) {
            String name = specials.name(id);
            if (name == null) {
                out.append(decoder.append(id));
            } else {
                out.append(decoder.finish()).append(name);
                decoder = hidingUnknown(file.newContinuationDecoder());
            }
        }
        return out.append(decoder.finish()).toString();
    }

    /**
     * The text form of a prompt: what lies between special tokens is decoded by itself, so that each part loses the space that
     * encoding put in front ({@code SPTokenizer.decode} of the original).
     */
    public String decodePrompt(int... ids) {
        StringBuilder out = new StringBuilder(ids.length * 3);
        IncrementalDecoder decoder = file.newDecoder();
        for (int id : ids) {
            String name = specials.name(id);
            if (name == null) {
                out.append(decoder.append(id));
            } else {
                out.append(decoder.finish()).append(name);
                decoder = file.newDecoder();
            }
        }
        return out.append(decoder.finish()).toString();
    }

    @Override
    public int vocabularySize() {
        return specials.end();
    }
}
