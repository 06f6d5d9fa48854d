package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a tokenizer file of whatever format. */
public final class TokenizerFiles {
    private TokenizerFiles() {}

    /**
     * Reads a SentencePiece model or a file of ranks in tiktoken's format; which one it is shows in the first byte: the former
     * begins with the tag of a protobuf field, the latter with a character of base64.
     *
     * @param file at most 32 MB
     * @throws TokenizerException if the file is malformed or of another format
     * @throws IOException if the file cannot be read
     */
    public static Tokenizer load(Path file) throws IOException {
        int first;
        try (InputStream in = Files.newInputStream(file)) {
            first = in.read();
        }
        if (first < 0) {
            throw new TokenizerException(file + ": the file is empty, expected a tokenizer");
        }
        return first > ' ' && first < 0x7F ? TiktokenTokenizer.load(file) : SentencePieceTokenizer.load(file);
    }
}
