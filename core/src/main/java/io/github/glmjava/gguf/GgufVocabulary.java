package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tokens of a GGUF file by id.
 *
 * @param tokens their texts, no two alike
 * @param types of each, by {@code enum llama_token_type}, which has the numbers of SentencePiece
 */
record GgufVocabulary(List<String> tokens, List<Integer> types) {
    static final int NORMAL = 1;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    /**
     * Reads the tokens.
     *
     * @param max how many there may be
     */
    static GgufVocabulary read(GgufMetadata metadata, int max) throws CheckpointException {
        List<String> tokens = metadata.texts(GgufTokenizer.TOKENS_KEY, max);
        int[] types = metadata.integers(GgufTokenizer.TYPES_KEY, max);
        if (types.length != tokens.size()) {
            throw metadata.wrong(
                    GgufTokenizer.TYPES_KEY,
                    "one type for each of " + tokens.size() + " tokens, found " + types.length);
        }
        Set<String> seen = new HashSet<>();
        for (int id = 0; id < types.length; id++) {
            if (types[id] < NORMAL || types[id] > BYTE) {
                throw metadata.wrong(
                        GgufTokenizer.TYPES_KEY,
                        "types from " + NORMAL + " to " + BYTE + ", found " + types[id] + " of token " + id);
            }
            if (types[id] != UNUSED && !seen.add(tokens.get(id))) {
                throw metadata.wrong(GgufTokenizer.TOKENS_KEY, "no token twice, found token " + id + " a second time");
            }
        }
        return new GgufVocabulary(tokens, java.util.Arrays.stream(types).boxed().toList());
    }

    int size() {
        return tokens.size();
    }
}
