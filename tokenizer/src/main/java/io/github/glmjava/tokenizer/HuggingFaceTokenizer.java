package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.huggingface.ByteLevelDecoder;
import io.github.glmjava.tokenizer.huggingface.HuggingFaceModel;
import io.github.glmjava.tokenizer.huggingface.SplitterReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A byte-level BPE tokenizer in HuggingFace's format ({@code tokenizer.json}), with the ids and texts of the original. Supported are
 * the parts that occur in GLM models, GPT-2 and GPT-NeoX; a file that uses another one is rejected with the part's name.
 *
 * <p>Added tokens are of two kinds. Words that the vocabulary lacked, such as runs of spaces, are found in every text. All others
 * steer the model ({@code <|user|>}, but also {@code <think>} and {@code <tool_call>}): they are found only where the caller says
 * so.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
    /** The pattern by which GLM-4 and later cut a text into words, as their files have it. */
    public static final String GLM4_PATTERN = SplitterReader.GLM4_PATTERN;

    private static final int MAX_FILE_BYTES = 64 << 20;

    private final HuggingFaceModel model;

    private HuggingFaceTokenizer(HuggingFaceModel model) {
        this.model = model;
    }

    /**
     * Reads a file.
     *
     * @param file at most 64 MB
     * @throws TokenizerException if the file is malformed or uses a part that is not supported
     * @throws IOException if the file cannot be read
     */
    public static HuggingFaceTokenizer load(Path file) throws IOException {
        return parse(BoundedFiles.read(file, MAX_FILE_BYTES), file.toString());
    }

    /**
     * Reads the two files of a GPT-2 tokenizer, which came before {@code tokenizer.json}.
     *
     * @param vocabulary {@code vocab.json}: ids by token; at most 16 MB
     * @param merges {@code merges.txt}: a pair of tokens a line, the first to be merged first; at most 16 MB
     * @throws TokenizerException if a file is malformed
     * @throws IOException if a file cannot be read
     */
    public static HuggingFaceTokenizer loadGpt2(Path vocabulary, Path merges) throws IOException {
        return parse(Gpt2Files.toTokenizerJson(vocabulary, merges), vocabulary + " with " + merges.getFileName());
    }

    /**
     * Reads a tokenizer from memory.
     *
     * @param content the bytes of a {@code tokenizer.json}
     * @param name what messages call it
     * @throws TokenizerException if the content is malformed or uses a part that is not supported
     */
    public static HuggingFaceTokenizer parse(byte[] content, String name) throws TokenizerException {
        return new HuggingFaceTokenizer(HuggingFaceModel.read(content, name));
    }

    /** {@inheritDoc} In a part of the text that normalization changes, every token stands for the whole part. */
    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        model.encode(text.toString(), ControlTokens.NOWHERE, out);
    }

    /**
     * Encodes a text in which every added token, written by name, becomes its id: what the original does with
     * {@code add_special_tokens=False}. Not for text that others wrote.
     */
    public int[] encodeWithControlTokens(String text) {
        return encode(text, ControlTokens.EVERYWHERE);
    }

    /**
     * Encodes a text of which only some parts are trusted.
     *
     * @param text the whole text
     * @param control where tokens that steer the model, written by name, become their ids
     * @return ids, without those that the file puts around a text
     */
    public int[] encode(String text, ControlTokens control) {
        TokenBuffer out = new TokenBuffer();
        model.encode(text, control, out);
        return out.toArray();
    }

    /** {@inheritDoc} They are those that the file calls special; an id outside the vocabulary does not part a character. */
    @Override
    public String decode(int... ids) {
        return decode(new ByteLevelDecoder(model, true), ids);
    }

    /** Decodes with all tokens shown by name, the original's {@code skip_special_tokens=False}. */
    public String decodeWithControlTokens(int... ids) {
        return decode(new ByteLevelDecoder(model, false), ids);
    }

    private static String decode(ByteLevelDecoder decoder, int... ids) {
        StringBuilder out = new StringBuilder(ids.length * 4);
        for (int id : ids) {
            decoder.append(id, out);
        }
        decoder.finish(out);
        return out.toString();
    }

    @Override
    public IncrementalDecoder newDecoder() {
        ByteLevelDecoder decoder = new ByteLevelDecoder(model, true);
        return new StreamDecoder(decoder::append, decoder::finish);
    }

    /** {@inheritDoc} Here it is one more than the highest id. */
    @Override
    public int vocabularySize() {
        return model.size();
    }

    /** The id of a token, written as in the file (spaces of the vocabulary as U+0120 and so on), or -1 if there is none. */
    public int id(String token) {
        return model.id(token);
    }

    /**
     * A token as it is written in the file.
     *
     * @param id 0 to {@link #vocabularySize} - 1
     * @return empty if no token has that id
     */
    public String token(int id) {
        String token = model.token(Objects.checkIndex(id, model.size()));
        return token == null ? "" : token;
    }

    /** The ids that the file's post-processor puts before a text; mostly none. */
    public int[] prefixIds() {
        return model.prefix();
    }

    /** The ids that the file's post-processor puts behind a text; mostly none. */
    public int[] suffixIds() {
        return model.suffix();
    }

    /**
     * The same tokenizer for texts that are trusted: names of control tokens become these tokens and back, as in
     * {@link #encodeWithControlTokens} and {@link #decodeWithControlTokens}.
     */
    public Tokenizer trusting() {
        return new Trusting();
    }

    private final class Trusting implements Tokenizer {
        @Override
        public void encode(CharSequence text, TokenBuffer out) {
            model.encode(text.toString(), ControlTokens.EVERYWHERE, out);
        }

        @Override
        public String decode(int... ids) {
            return decodeWithControlTokens(ids);
        }

        @Override
        public IncrementalDecoder newDecoder() {
            ByteLevelDecoder decoder = new ByteLevelDecoder(model, false);
            return new StreamDecoder(decoder::append, decoder::finish);
        }

        @Override
        public int vocabularySize() {
            return model.size();
        }
    }
}
