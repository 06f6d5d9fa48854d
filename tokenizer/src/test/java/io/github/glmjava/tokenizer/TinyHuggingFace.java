package io.github.glmjava.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.ObjectMapper;

/** Builds small {@code tokenizer.json} files: all single bytes, some merges, added tokens. */
final class TinyHuggingFace {
    static final String GLM4_PATTERN =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private final Map<String, Object> root = new LinkedHashMap<>();
    private final Map<String, Object> model = new LinkedHashMap<>();
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final List<Object> merges = new ArrayList<>();
    private final List<Object> added = new ArrayList<>();

    TinyHuggingFace() {
        int free = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
            vocabulary.put(String.valueOf((char) (printable ? value : free++)), value);
        }
        root.put("version", "1.0");
        root.put("added_tokens", added);
        root.put(
                "pre_tokenizer",
                Map.of(
                        "type",
                        "Sequence",
                        "pretokenizers",
                        List.of(
                                Map.of(
                                        "type",
                                        "Split",
                                        "pattern",
                                        Map.of("Regex", GLM4_PATTERN),
                                        "behavior",
                                        "Isolated",
                                        "invert",
                                        false),
                                byteLevel())));
        root.put("decoder", Map.of("type", "ByteLevel"));
        model.put("type", "BPE");
        model.put("vocab", vocabulary);
        model.put("merges", merges);
        root.put("model", model);
    }

    static Map<String, Object> byteLevel() {
        return new TreeMap<>(Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", false));
    }

    /** Sets a field of the file. */
    TinyHuggingFace set(String field, Object value) {
        root.put(field, value);
        return this;
    }

    /** Sets a field of the model. */
    TinyHuggingFace setModel(String field, Object value) {
        model.put(field, value);
        return this;
    }

    /** Adds a token that two others merge to; returns its id in order of calls from 256 on. */
    TinyHuggingFace merge(String left, String right) {
        vocabulary.putIfAbsent(left + right, vocabulary.size());
        merges.add(List.of(left, right));
        return this;
    }

    /** Adds tokens that steer the model, from 1000 on. */
    TinyHuggingFace control(String... names) {
        for (String name : names) {
            add(name, Map.of("special", true, "normalized", false));
        }
        return this;
    }

    /** Adds a token with the next id from 1000 on. */
    TinyHuggingFace add(String name, Map<String, Boolean> flags) {
        Map<String, Object> token = new LinkedHashMap<>(flags);
        token.put("id", 1000 + added.size());
        token.put("content", name);
        added.add(token);
        return this;
    }

    byte[] toBytes() {
        return new ObjectMapper().writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    }

    HuggingFaceTokenizer load() {
        try {
            return HuggingFaceTokenizer.parse(toBytes(), "tiny.json");
        } catch (TokenizerException e) {
            throw new AssertionError(e);
        }
    }
}
