package io.github.glmjava.tokenizer.wordpiece;

import io.github.glmjava.tokenizer.TokenizerException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@code vocab.txt}: a token a line, whose id is the number of lines before it. Immutable. */
public final class WordPieceVocabulary {
    /** What a word is that the pieces do not cover. */
    public static final String UNKNOWN = "[UNK]";

    /** BERT's special tokens, which it does not show when it decodes without them. */
    private static final Set<String> SPECIAL = Set.of("[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]");

    private static final int MAX_TOKENS = 1 << 20;

    /** In chars. */
    private static final int LONGEST_TOKEN = 1024;

    private final List<String> tokens;
    private final Map<String, Integer> ids;

    private WordPieceVocabulary(List<String> tokens, Map<String, Integer> ids) {
        this.tokens = tokens;
        this.ids = ids;
    }

    /**
     * Reads and validates a file.
     *
     * @param content the whole file
     * @param file its name, for messages
     * @throws TokenizerException if it is not UTF-8, has a token twice or one that is too long, or lacks {@code [UNK]}
     */
    public static WordPieceVocabulary read(byte[] content, String file) throws TokenizerException {
        // Lines end as in Python's text files: with a line feed, a carriage return, or both.
        List<String> tokens = decode(content, file).lines().toList();
        if (tokens.size() > MAX_TOKENS) {
            throw new TokenizerException(file + ": " + tokens.size() + " lines, expected at most " + MAX_TOKENS);
        }
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
        int line = 0;
        for (Iterator<String> all = tokens.iterator(); all.hasNext(); line++) {
            String token = all.next();
            if (token.length() > LONGEST_TOKEN) {
                throw new TokenizerException(file + ": line " + (line + 1) + ": a token of " + token.length()
                        + " characters, expected at most " + LONGEST_TOKEN);
            }
            Integer earlier = ids.put(token, line);
            if (earlier != null) {
                throw new TokenizerException(
                        file + ": lines " + (earlier + 1) + " and " + (line + 1) + " have the same token");
            }
        }
        if (!ids.containsKey(UNKNOWN)) {
            throw new TokenizerException(file + ": no token " + UNKNOWN + " among " + tokens.size()
                    + ", expected one token a line with the special tokens of BERT");
        }
        return new WordPieceVocabulary(tokens, ids);
    }

    private static String decode(byte[] content, String file) throws TokenizerException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer characters = CharBuffer.allocate(content.length);
        if (decoder.decode(bytes, characters, true).isError()) {
            int line = 1;
            for (int i = 0; i < bytes.position(); i++) {
                line += content[i] == '\n' ? 1 : 0;
            }
            throw new TokenizerException(file + ": line " + line + ": not valid UTF-8");
        }
        return characters.flip().toString();
    }

    /** The number of tokens. */
    public int size() {
        return tokens.size();
    }

    /** The id of a token, or -1. */
    public int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    /** A token as it is written in the file, or nothing if there is no such id. */
    public String token(int id) {
        return id >= 0 && id < tokens.size() ? tokens.get(id) : "";
    }

    /** Whether decoding leaves an id out: a special token of BERT, or no token. */
    boolean isHidden(int id) {
        return id < 0 || id >= tokens.size() || SPECIAL.contains(tokens.get(id));
    }
}
