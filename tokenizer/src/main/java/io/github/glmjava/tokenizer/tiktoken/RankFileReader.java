package io.github.glmjava.tokenizer.tiktoken;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads a file of tokens and ranks: one line for each token, its bytes in base64, one space, its rank in decimal. Ranks must be
 * 0 to n - 1 in some order, tokens distinct, and each single byte a token.
 */
public final class RankFileReader {
    private static final int MAX_TOKENS = 1 << 20;
    private static final int MAX_RANK_DIGITS = 7;

    private final byte[] content;
    private final String file;
    private byte[][] tokens = new byte[1024][];
    private int count;
    private int line;

    private RankFileReader(byte[] content, String file) {
        this.content = content;
        this.file = file;
    }

    /**
     * Reads and validates the tokens.
     *
     * @param content the whole file
     * @param file its name, for messages
     * @return the tokens, numbered by rank
     * @throws TokenizerException if the file is malformed
     */
    public static ByteStrings read(byte[] content, String file) throws TokenizerException {
        return new RankFileReader(content, file).read();
    }

    private TokenizerException malformed(String what) {
        return new TokenizerException(file + ": line " + line + ": " + what);
    }

    private ByteStrings read() throws TokenizerException {
        int position = 0;
        while (position < content.length) {
            line++;
            int end = position;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            int textEnd = end > position && content[end - 1] == '\r' ? end - 1 : end;
            readLine(position, textEnd);
            position = end + 1;
        }
        return build();
    }

    private void readLine(int from, int to) throws TokenizerException {
        int space = from;
        while (space < to && content[space] != ' ') {
            space++;
        }
        if (space == to) {
            throw malformed("no space, expected base64, a space and a rank");
        }
        int rank = readRank(space + 1, to);
        byte[] token = readToken(from, space);
        if (rank >= tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(rank + 1, Math.min(MAX_TOKENS, tokens.length * 2)));
        }
        if (tokens[rank] != null) {
            throw malformed("rank " + rank + " occurs twice");
        }
        tokens[rank] = token;
        count++;
    }

    private int readRank(int from, int to) throws TokenizerException {
        if (from == to || to - from > MAX_RANK_DIGITS) {
            throw malformed("the rank has " + (to - from) + " digits, expected 1 to " + MAX_RANK_DIGITS);
        }
        int rank = 0;
        for (int i = from; i < to; i++) {
            int digit = content[i] - '0';
            if (digit < 0 || digit > 9) {
                throw malformed("byte " + (content[i] & 0xFF) + " in the rank, expected a decimal digit");
            }
            rank = rank * 10 + digit;
        }
        if (rank >= MAX_TOKENS) {
            throw malformed("rank " + rank + ", expected less than " + MAX_TOKENS);
        }
        return rank;
    }

    private byte[] readToken(int from, int to) throws TokenizerException {
        if (to - from > (ByteStrings.MAX_LENGTH + 2) / 3 * 4) {
            throw malformed("a token of more than " + ByteStrings.MAX_LENGTH + " bytes");
        }
        byte[] token;
        byte[] base64 = Arrays.copyOfRange(content, from, to);
        try {
            token = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(file + ": line " + line + ": malformed base64: " + e.getMessage(), e);
        }
        // The decoder of the library tolerates missing padding and stray bits in the last character.
        if (!Arrays.equals(Base64.getEncoder().encode(token), base64)) {
            throw malformed("malformed base64: not in canonical form");
        }
        if (token.length == 0 || token.length > ByteStrings.MAX_LENGTH) {
            throw malformed("a token of " + token.length + " bytes, expected 1 to " + ByteStrings.MAX_LENGTH);
        }
        return token;
    }

    private ByteStrings build() throws TokenizerException {
        ByteStrings.Builder builder = new ByteStrings.Builder();
        for (int rank = 0; rank < count; rank++) {
            byte[] token = tokens[rank];
            if (token == null) {
                throw new TokenizerException(file + ": rank " + rank + " is missing, expected 0 to " + (count - 1));
            }
            builder.add(token);
        }
        ByteStrings all;
        try {
            all = builder.build();
        } catch (ByteStrings.DuplicateException e) {
            throw new TokenizerException(
                    file + ": ranks " + e.first() + " and " + e.second() + " have the same token", e);
        }
        for (int value = 0; value < 256; value++) {
            if (all.indexOf(new byte[] {(byte) value}, 0, 1) < 0) {
                throw new TokenizerException(file + ": no token for the single byte " + value);
            }
        }
        return all;
    }
}
