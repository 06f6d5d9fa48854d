package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.wordpiece.WordPieceDecoder;
import io.github.glmjava.tokenizer.wordpiece.WordPieceEncoder;
import io.github.glmjava.tokenizer.wordpiece.WordPieceVocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A WordPiece tokenizer of BERT ({@code vocab.txt}), with the ids and texts of transformers' {@code BertTokenizer}. Where its
 * counterpart in Rust differs from that one, which is so in what it takes for a Chinese character and in how it takes spaces away, this
 * class follows the one in Python.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class WordPieceTokenizer implements Tokenizer {
    private static final int MAX_FILE_BYTES = 16 << 20;

    private final WordPieceVocabulary vocabulary;
    private final WordPieceEncoder encoder;
    private final boolean cleansUpSpaces;

    private WordPieceTokenizer(WordPieceVocabulary vocabulary, WordPieceRules rules, String name)
            throws TokenizerException {
        this.vocabulary = vocabulary;
        encoder = new WordPieceEncoder(vocabulary, rules, name);
        cleansUpSpaces = rules.cleansUpSpaces();
    }

    /**
     * Reads a vocabulary, with the rules of the {@code tokenizer_config.json} beside it.
     *
     * @param vocabulary a token a line; at most 16 MB
     * @throws TokenizerException if a file is malformed, or asks for something that is not supported
     * @throws IOException if a file cannot be read
     */
    public static WordPieceTokenizer load(Path vocabulary) throws IOException {
        return load(vocabulary, WordPieceRules.of(vocabulary.toAbsolutePath().resolveSibling("")));
    }

    /**
     * Reads a vocabulary.
     *
     * @param vocabulary a token a line; at most 16 MB
     * @throws TokenizerException if the file is malformed
     * @throws IOException if the file cannot be read
     */
    public static WordPieceTokenizer load(Path vocabulary, WordPieceRules rules) throws IOException {
        return parse(BoundedFiles.read(vocabulary, MAX_FILE_BYTES), vocabulary.toString(), rules);
    }

    /**
     * Reads a vocabulary from memory.
     *
     * @param content the bytes of a {@code vocab.txt}
     * @param name what messages call it
     * @throws TokenizerException if the content is malformed
     */
    public static WordPieceTokenizer parse(byte[] content, String name, WordPieceRules rules)
            throws TokenizerException {
        return new WordPieceTokenizer(WordPieceVocabulary.read(content, name), rules, name);
    }

    /** {@inheritDoc} The name of a special token is text like any other. A lone surrogate is dropped, as is U+FFFD. */
    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        encoder.encode(text.toString(), out);
    }

    /** {@inheritDoc} Special tokens, of which {@code [UNK]} is one, are left out: the original's {@code skip_special_tokens=True}. */
    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        WordPieceDecoder decoder = new WordPieceDecoder(vocabulary, cleansUpSpaces);
        return new StreamDecoder(decoder::append, decoder::finish);
    }

    /** {@inheritDoc} Here it is the number of lines of the file. */
    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The id of a token, written as in the file, or -1 if there is none. */
    public int id(String token) {
        return vocabulary.id(token);
    }

    /**
     * A token as it is written in the file.
     *
     * @param id 0 to {@link #vocabularySize} - 1
     */
    public String token(int id) {
        return vocabulary.token(Objects.checkIndex(id, vocabulary.size()));
    }
}
