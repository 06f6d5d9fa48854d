package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.TiktokenTokenizer;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokenizer of GLM-4: byte-level BPE with 14 special tokens behind the ranks ({@code tokenization_chatglm.py} and
 * {@code tokenizer_config.json} of glm-4-9b-chat).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Glm4Tokenizer implements Tokenizer {
    private static final List<String> NAMES = List.of(
            "<|endoftext|>",
            "[MASK]",
            "[gMASK]",
            "[sMASK]",
            "<sop>",
            "<eop>",
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|observation|>",
            "<|begin_of_image|>",
            "<|end_of_image|>",
            "<|begin_of_video|>",
            "<|end_of_video|>");

    private final TiktokenTokenizer file;
    private final SpecialTokens specials;

    /** @param file the ranks of the checkpoint */
    public Glm4Tokenizer(TiktokenTokenizer file) {
        this.file = file;
        this.specials = new SpecialTokens(file.vocabularySize(), NAMES);
    }

    /**
     * The id of a special token.
     *
     * @param name as {@code tokenizer_config.json} spells it, such as {@code [gMASK]} or {@code <|endoftext|>}
     */
    public int specialId(String name) {
        return specials.id(name);
    }

    /** The id of the token that begins a message. */
    public int roleId(ChatRole role) {
        return specials.id(Roles.token(role));
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        file.encode(text, out);
    }

    /**
     * Encodes a text in which special tokens, written by name, become their ids, as the original's {@code tokenizer.encode}
     * does without its prefix. Not for text that others wrote.
     */
    public int[] encodeWithSpecialTokens(String text) {
        return specials.encode(text, file::encode);
    }

    /** {@inheritDoc} The bytes on both sides of a special token are joined. */
    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        IncrementalDecoder decoder = file.newDecoder();
        return new IncrementalDecoder() {
            @Override
            public String append(int id) {
                return specials.contains(id) ? "" : decoder.append(id);
            }

            @Override
            public String finish() {
                return decoder.finish();
            }
        };
    }

    /**
     * Decodes with special tokens shown by name.
     *
     * @param separator what stands between special tokens and the texts between them: a space is what the original does by
     *     default, the empty string its {@code spaces_between_special_tokens=False}
     */
    public String decodeWithSpecialTokens(String separator, int... ids) {
        List<String> parts = new ArrayList<>();
        IncrementalDecoder decoder = file.newDecoder();
        StringBuilder text = new StringBuilder();
        boolean open = false;
        for (int id : ids) {
            String name = specials.name(id);
            if (name == null) {
                text.append(decoder.append(id));
                open = true;
                continue;
            }
            text.append(decoder.finish());
            if (!text.isEmpty()) {
                parts.add(text.toString());
            }
            parts.add(name);
            text.setLength(0);
            open = false;
        }
        // As in the original, only the last text counts as a part even if it is empty.
        if (open) {
            parts.add(text.append(decoder.finish()).toString());
        }
        return String.join(separator, parts);
    }

    @Override
    public int vocabularySize() {
        return specials.end();
    }
}
