package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of ChatGLM-6B: a SentencePiece model ({@code ice_text.model}) in which line ends, tabs and runs of 2 to 80 spaces
 * have pieces of their own ({@code tokenization_chatglm.py} of chatglm-6b). Text that already holds {@code <n>},
 * {@code <|tab|>} or {@code <|blank_2|>} is read as that white space; these are no control tokens.
 *
 * <p>The first releases numbered 20,000 image tokens before the pieces (a vocabulary of 150,528), the later ones do not
 * (130,528).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlmTokenizer implements Tokenizer {
    /** The names that the original finds in text; it does not look for {@code [gMASK]} and {@code [sMASK]}. */
    private static final List<String> NAMES = List.of("<sop>", "<eop>", "[MASK]", "<pad>", "<unk>");

    private final SentencePieceTokenizer file;
    private final WhitespacePieces whitespace;
    private final int imageTokens;

    /**
     * @param file the model file of the checkpoint
     * @param imageTokens how many ids come before the pieces: 0 or 20,000, {@code num_image_tokens} of the original
     * @throws IllegalArgumentException if the file lacks the special tokens of this family
     */
    public ChatGlmTokenizer(SentencePieceTokenizer file, int imageTokens) {
        this.file = file;
        this.imageTokens = imageTokens;
        this.whitespace = new WhitespacePieces(file);
        for (String name : List.of("[MASK]", "[gMASK]", "<sop>", "<eop>")) {
            specialId(name);
        }
    }

    /**
     * The id of a special token.
     *
     * @param name as the model file spells it, such as {@code [gMASK]}, {@code <sop>} or {@code <eop>}
     */
    public int specialId(String name) {
        int id = file.id(name);
        if (id < 0) {
            throw new IllegalArgumentException("no special token " + name);
        }
        return imageTokens + id;
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        encode(text.toString(), 0, text.length(), out);
    }

    private void encode(String text, int from, int to, TokenBuffer out) {
        WhitespacePieces.Rewritten rewritten = whitespace.rewrite(text, from, to);
        if (imageTokens == 0 && !out.recordsOffsets()) {
            file.encode(rewritten.text(), out);
            return;
        }
        TokenBuffer part = out.recordsOffsets() ? TokenBuffer.withOffsets() : new TokenBuffer();
        file.encode(rewritten.text(), part);
        for (int i = 0; i < part.size(); i++) {
            boolean offsets = part.recordsOffsets();
            out.add(
                    part.id(i) + imageTokens,
                    offsets ? rewritten.source(part.start(i)) : 0,
                    offsets ? rewritten.source(part.end(i)) : 0);
        }
    }

    /**
     * Encodes a text in which {@code <sop>}, {@code <eop>}, {@code [MASK]}, {@code <pad>} and {@code <unk>} become their ids, as the
     * original's {@code tokenizer.encode} does before it adds its suffix: white space on both sides of them is lost, and what
     * lies between is encoded by itself. Not for text that others wrote.
     */
    public int[] encodeWithSpecialTokens(String text) {
        TokenBuffer out = new TokenBuffer();
        int from = 0;
        for (int i = 0; i < text.length(); ) {
            String name = nameAt(text, i);
            if (name == null) {
                i++;
                continue;
            }
            int end = i;
            while (end > from && PythonText.isSpace(text.charAt(end - 1))) {
                end--;
            }
            encode(text, from, end, out);
            out.add(specialId(name), i, i + name.length());
            i += name.length();
            while (i < text.length() && PythonText.isSpace(text.charAt(i))) {
                i++;
            }
            from = i;
        }
        encode(text, from, text.length(), out);
        return out.toArray();
    }

    private static @Nullable String nameAt(String text, int index) {
        for (String name : NAMES) {
            if (text.startsWith(name, index)) {
                return name;
            }
        }
        return null;
    }

    /**
     * Encodes a text that continues another: without the space that encoding puts in front (the original's
     * {@code add_dummy_prefix=False}).
     */
    public int[] encodeWithoutPrefix(String text) {
        int[] ids = encode("<n>" + text);
        return Arrays.copyOfRange(ids, Math.min(2, ids.length), ids.length);
    }

    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    /** {@inheritDoc} The pieces for white space become white space again. */
    @Override
    public IncrementalDecoder newDecoder() {
        IncrementalDecoder decoder = file.newDecoder();
        return new IncrementalDecoder() {
            @Override
            public String append(int id) {
                int piece = id - imageTokens;
                String text = decoder.append(piece);
                String space = whitespace.text(piece);
                // What was held back comes before the piece's own text.
                return space == null
                        ? text
                        : text.substring(0, text.length() - file.piece(piece).length()) + space;
            }

            @Override
            public String finish() {
                return decoder.finish();
            }
        };
    }

    /** Decodes without the padding and with the clean-up of spaces that the original's {@code tokenizer.decode} ends with. */
    public String decodeWithCleanUp(int... ids) {
        IncrementalDecoder decoder = newDecoder();
        StringBuilder out = new StringBuilder();
        int padding = specialId("<pad>");
        for (int id : ids) {
            if (id != padding) {
                out.append(decoder.append(id));
            }
        }
        return PythonText.cleanUpSpaces(out.append(decoder.finish()).toString());
    }

    /** {@inheritDoc} Here it is the number of pieces in the file, and of the image tokens before them. */
    @Override
    public int vocabularySize() {
        return imageTokens + file.vocabularySize();
    }
}
