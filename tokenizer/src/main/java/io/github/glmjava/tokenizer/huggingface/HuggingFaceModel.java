package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.ControlTokens;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.TokenizerException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code tokenizer.json} made ready for use. Immutable and safe for use by many threads. */
public final class HuggingFaceModel {
    private final TokenizerJson file;
    private final AddedTokenEncoder encoder;
    private final byte[] @Nullable [] bytes;
    private final boolean[] special;
    private final Map<String, Integer> ids = new HashMap<>();

    private HuggingFaceModel(TokenizerJson file) {
        this.file = file;
        encoder = new AddedTokenEncoder(file);
        List<@Nullable String> tokens = file.tokens();
        bytes = new byte[tokens.size()][];
        special = new boolean[tokens.size()];
        for (int id = 0; id < bytes.length; id++) {
            String token = tokens.get(id);
            if (token != null) {
                bytes[id] = ByteAlphabet.decode(token);
                ids.put(token, id);
            }
        }
        for (AddedToken token : file.addedTokens()) {
            special[token.id()] |= token.special();
        }
    }

    /**
     * Reads and validates a file.
     *
     * @param content the whole file
     * @param name its name, for messages
     * @throws TokenizerException if the file is malformed or not supported
     */
    public static HuggingFaceModel read(byte[] content, String name) throws TokenizerException {
        return new HuggingFaceModel(TokenizerJsonReader.read(content, name));
    }

    /** Encodes a text without what the post-processor puts around it. */
    public void encode(String text, ControlTokens control, TokenBuffer out) {
        encoder.encode(text, control, out);
    }

    /** One more than the highest id. */
    public int size() {
        return bytes.length;
    }

    /** Whether an id is a special token, which decoding can leave out. */
    public boolean isSpecial(int id) {
        return id >= 0 && id < special.length && special[id];
    }

    /** The bytes of a token, or null if there is no such id. */
    byte @Nullable [] bytes(int id) {
        return id >= 0 && id < bytes.length ? bytes[id] : null;
    }

    /** The id of a token, written as in the file, or -1. */
    public int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    /** A token as it is written in the file, or null if there is no such id. */
    public @Nullable String token(int id) {
        return id >= 0 && id < bytes.length ? file.tokens().get(id) : null;
    }

    /** Ids that the post-processor puts before a text. */
    public int[] prefix() {
        return file.prefix().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Ids that the post-processor puts behind a text. */
    public int[] suffix() {
        return file.suffix().stream().mapToInt(Integer::intValue).toArray();
    }
}
