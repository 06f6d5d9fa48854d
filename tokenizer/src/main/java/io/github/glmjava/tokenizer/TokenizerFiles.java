package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens a tokenizer file, or the tokenizer of a model folder, whatever its format is. */
public final class TokenizerFiles {
    /** In order: a folder that has several is read by the first, as transformers does it. */
    private static final List<String> NAMES = List.of(
            "tokenizer.json", "tokenizer.model", "ice_text.model", "spiece.model", "cog-pretrain.model", "vocab.txt");

    /** As much of a file as tells its format. */
    private static final int HEAD_BYTES = 4096;

    private TokenizerFiles() {}

    /**
     * Reads a tokenizer, without the special tokens that a family's own code adds.
     *
     * @param path a HuggingFace {@code tokenizer.json}, a SentencePiece model, a tiktoken file of ranks or a {@code vocab.txt} of
     *     BERT, or a folder with one of them
     * @throws TokenizerException if there is none, or it is malformed or not supported
     * @throws IOException if a file cannot be read
     */
    public static Tokenizer load(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (String name : NAMES) {
                Path file = path.resolve(name);
                if (Files.exists(file)) {
                    return loadFile(file);
                }
            }
            throw new TokenizerException(path + ": no tokenizer in this folder, expected one of " + NAMES);
        }
        return loadFile(path);
    }

    private static Tokenizer loadFile(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD_BYTES);
        }
        if (head.length == 0) {
            throw new TokenizerException(file + ": the file is empty, expected a tokenizer");
        }
        int first = 0;
        while (first < head.length
                && (head[first] == ' ' || head[first] == '\t' || head[first] == '\r' || head[first] == '\n')) {
            first++;
        }
        if (first < head.length && head[first] == '{') {
            return HuggingFaceTokenizer.load(file);
        } else if (isRanks(head)) {
            return TiktokenTokenizer.load(file);
        } else if (head[0] < ' ' && head[0] >= 0) {
            return SentencePieceTokenizer.load(file);
        } else if (hasUnknown(head)) {
            return WordPieceTokenizer.load(file);
        }
        throw new TokenizerException(
                file + ": neither a HuggingFace tokenizer.json, nor a SentencePiece model, nor tiktoken"
                        + " ranks, nor a vocab.txt of BERT; supported are " + NAMES);
    }

    /** Whether one of the lines is BERT's unknown token, which is among the first of its vocabularies. */
    private static boolean hasUnknown(byte[] head) {
        return new String(head, StandardCharsets.UTF_8).lines().anyMatch("[UNK]"::equals);
    }

    /** Whether the first line is base64, a space and digits. The fields of a SentencePiece model begin with control characters. */
    private static boolean isRanks(byte[] head) {
        int i = 0;
        while (i < head.length
                && (Character.isLetterOrDigit(head[i]) || head[i] == '+' || head[i] == '/' || head[i] == '=')) {
            i++;
        }
        return i > 0 && i + 1 < head.length && head[i] == ' ' && head[i + 1] >= '0' && head[i + 1] <= '9';
    }
}
