package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.tiktoken.RankDecoder;
import io.github.glmjava.tokenizer.tiktoken.RankEncoder;
import io.github.glmjava.tokenizer.tiktoken.RankFileReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Byte-level BPE from a file of ranks in tiktoken's format, with the splitting pattern of GLM-4. Encoding loses nothing: the text
 * comes back whatever it is.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class TiktokenTokenizer implements Tokenizer {
    private static final int MAX_FILE_BYTES = 32 << 20;

    private final ByteStrings tokens;
    private final RankEncoder encoder;

    private TiktokenTokenizer(ByteStrings tokens) {
        this.tokens = tokens;
        this.encoder = new RankEncoder(tokens);
    }

    /**
     * Reads a file of ranks.
     *
     * @param file at most 32 MB
     * @throws TokenizerException if the file is malformed
     * @throws IOException if the file cannot be read
     */
    public static TiktokenTokenizer load(Path file) throws IOException {
        return parse(BoundedFiles.read(file, MAX_FILE_BYTES), file.toString());
    }

    /**
     * Reads ranks from memory.
     *
     * @param content the bytes of a file of ranks
     * @param name what messages call it
     * @throws TokenizerException if the content is malformed
     */
    public static TiktokenTokenizer parse(byte[] content, String name) throws TokenizerException {
        return new TiktokenTokenizer(RankFileReader.read(content, name));
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        encoder.encode(text.toString(), out);
    }

    /** {@inheritDoc} An id outside the vocabulary ends a run of bytes. */
    @Override
    public String decode(int... ids) {
        RankDecoder decoder = new RankDecoder(tokens);
        StringBuilder out = new StringBuilder(ids.length * 4);
        for (int id : ids) {
            decoder.append(id, out);
        }
        decoder.finish(out);
        return out.toString();
    }

    @Override
    public IncrementalDecoder newDecoder() {
        RankDecoder decoder = new RankDecoder(tokens);
        return new StreamDecoder(decoder::append, decoder::finish);
    }

    /** {@inheritDoc} Here it is the number of ranks in the file. */
    @Override
    public int vocabularySize() {
        return tokens.size();
    }
}
