package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code tokenizer.json}. Every part that decides about ids is checked, and one that is not supported is an error: a file
 * is never read as something similar.
 */
public final class TokenizerJsonReader {
    private static final int MAX_TOKENS = 1 << 20;
    private static final int MAX_ADDED_TOKENS = 1 << 14;

    private final JsonObject root;
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<@Nullable String> tokens = new ArrayList<>();

    private TokenizerJsonReader(JsonObject root) {
        this.root = root;
    }

    /**
     * Reads and validates a file.
     *
     * @param content the whole file
     * @param file its name, for messages
     * @throws TokenizerException if the file is malformed or not supported
     */
    static TokenizerJson read(byte[] content, String file) throws TokenizerException {
        return new TokenizerJsonReader(JsonObject.read(content, file)).read();
    }

    private TokenizerJson read() throws TokenizerException {
        root.requireOnly(
                "version",
                "truncation",
                "padding",
                "added_tokens",
                "normalizer",
                "pre_tokenizer",
                "post_processor",
                "decoder",
                "model");
        if (!root.text("version").equals("1.0")) {
            throw root.malformed("version", "found " + JsonObject.shown(root.get("version")) + ", expected 1.0");
        }
        root.requireNull("truncation");
        root.requireNull("padding");
        JsonObject model = root.requireObject("model");
        boolean takesWholeWords = readModelOptions(model);
        readVocabulary(model.requireObject("vocab"));
        BitSet inVocabulary = new BitSet(tokens.size());
        ids.values().forEach(inVocabulary::set);
        List<?> merges = model.list("merges");
        if (merges.size() >= PairTable.SYMBOL_LIMIT) {
            throw model.malformed("merges", merges.size() + " merges, expected fewer than " + PairTable.SYMBOL_LIMIT);
        }
        PairTable pairs = new PairTable();
        IntList results = new IntList(merges.size());
        for (int i = 0; i < merges.size(); i++) {
            results.add(readMerge(model, i, merges.get(i), pairs));
        }
        List<AddedToken> added = readAddedTokens();
        Components components = new Components(root);
        components.requireDecoder();
        PostProcessor postProcessor = PostProcessor.read(root.object("post_processor"), tokens);
        return new TokenizerJson(
                Collections.unmodifiableList(tokens),
                inVocabulary,
                pairs,
                results,
                takesWholeWords,
                added,
                components.normalization(),
                components.splitter(),
                postProcessor.prefix(),
                postProcessor.suffix());
    }

    private static boolean readModelOptions(JsonObject model) throws TokenizerException {
        model.requireOnly(
                "type",
                "dropout",
                "unk_token",
                "continuing_subword_prefix",
                "end_of_word_suffix",
                "fuse_unk",
                "byte_fallback",
                "ignore_merges",
                "vocab",
                "merges");
        // Files of old versions leave the type out.
        if (model.get("type") != null && !model.text("type").equals("BPE")) {
            throw model.malformed("type", "found " + JsonObject.shown(model.get("type")) + ", only BPE is supported");
        }
        // Every byte is in the vocabulary, so there are no unknowns to be fused.
        model.flag("fuse_unk", false);
        model.requireNull("dropout");
        requireEmpty(model, "continuing_subword_prefix");
        requireEmpty(model, "end_of_word_suffix");
        if (model.flag("byte_fallback", false)) {
            throw model.malformed("byte_fallback", "found true, only byte-level BPE is supported");
        }
        if (model.get("unk_token") != null) {
            model.text("unk_token");
        }
        return model.flag("ignore_merges", false);
    }

    private static void requireEmpty(JsonObject model, String field) throws TokenizerException {
        if (!"".equals(model.get(field))) {
            model.requireNull(field);
        }
    }

    private void readVocabulary(JsonObject vocabulary) throws TokenizerException {
        for (Map.Entry<?, ?> entry : vocabulary.fields().entrySet()) {
            String token = (String) entry.getKey();
            define(vocabulary, JsonObject.shown(token), token, entry.getValue());
        }
        for (int value = 0; value < 256; value++) {
            // No UTF-8 has the others.
            boolean occurs = value < 0xC0 || (value >= 0xC2 && value <= 0xF4);
            if (occurs && !ids.containsKey(ByteAlphabet.token((byte) value))) {
                throw vocabulary.malformed("", "no token for the single byte " + value);
            }
        }
    }

    private void define(JsonObject where, String field, String token, @Nullable Object number)
            throws TokenizerException {
        if (!(number instanceof Integer id) || id < 0 || id >= MAX_TOKENS) {
            throw where.malformed(field, "the id " + JsonObject.shown(number) + ", expected 0 to " + (MAX_TOKENS - 1));
        }
        if (token.isEmpty() || token.getBytes(StandardCharsets.UTF_8).length > ByteStrings.MAX_LENGTH) {
            throw where.malformed(
                    field,
                    "a token of " + token.length() + " characters, expected 1 to " + ByteStrings.MAX_LENGTH + " bytes");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(token)) {
            throw where.malformed(field, "a token with half of a surrogate pair");
        }
        while (tokens.size() <= id) {
            tokens.add(null);
        }
        String present = tokens.get(id);
        if (present != null) {
            throw where.malformed(field, "the id " + id + ", which is that of '" + JsonObject.shown(present) + "'");
        }
        tokens.set(id, token);
        ids.put(token, id);
    }

    /** Two ids separated by a space, as old versions write it, or a list of two. */
    private int readMerge(JsonObject model, int index, @Nullable Object merge, PairTable pairs)
            throws TokenizerException {
        String field = "merges[" + index + "]";
        String left = null;
        String right = null;
        if (merge instanceof String text) {
            int space = text.indexOf(' ');
            if (space >= 0 && text.indexOf(' ', space + 1) < 0) {
                left = text.substring(0, space);
                right = text.substring(space + 1);
            }
        } else if (merge instanceof List<?> pair && pair.size() == 2) {
            left = pair.get(0) instanceof String text ? text : null;
            right = pair.get(1) instanceof String text ? text : null;
        }
        if (left == null || right == null) {
            throw model.malformed(
                    field,
                    "found " + JsonObject.shown(merge) + ", expected two tokens, in a list or with a space between");
        }
        int leftId = requireToken(model, field, left);
        int rightId = requireToken(model, field, right);
        int result = requireToken(model, field, left + right);
        // Of a pair that is listed twice the later rank counts, as in the original's map.
        pairs.put(leftId, rightId, index);
        return result;
    }

    private int requireToken(JsonObject model, String field, String token) throws TokenizerException {
        Integer id = ids.get(token);
        if (id == null) {
            throw model.malformed(field, "the token '" + JsonObject.shown(token) + "' is not in the vocabulary");
        }
        return id;
    }

    private List<AddedToken> readAddedTokens() throws TokenizerException {
        List<AddedToken> added = new ArrayList<>();
        if (root.get("added_tokens") == null) {
            return added;
        }
        List<JsonObject> objects = root.objects("added_tokens");
        if (objects.size() > MAX_ADDED_TOKENS) {
            throw root.malformed("added_tokens", objects.size() + " tokens, expected at most " + MAX_ADDED_TOKENS);
        }
        for (JsonObject object : objects) {
            object.requireOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            String content = object.text("content");
            int id = object.integer("id", 0, MAX_TOKENS - 1);
            boolean known = id < tokens.size() && content.equals(tokens.get(id));
            if (!known) {
                if (ids.containsKey(content)) {
                    throw object.malformed("id", "found " + id + ", but the token has the id " + ids.get(content));
                }
                define(object, "content", content, id);
            }
            boolean special = object.flag("special", false);
            added.add(new AddedToken(
                    id,
                    content,
                    object.flag("single_word", false),
                    object.flag("lstrip", false),
                    object.flag("rstrip", false),
                    object.flag("normalized", !special),
                    special));
        }
        return Collections.unmodifiableList(added);
    }

    /** The parts of the file that are chains of small steps. */
    private record Components(JsonObject root) {
        Normalizer.@Nullable Form normalization() throws TokenizerException {
            JsonObject normalizer = root.object("normalizer");
            if (normalizer == null) {
                return null;
            }
            String type = normalizer.text("type");
            normalizer.requireOnly("type");
            return switch (type) {
                case "NFC" -> Normalizer.Form.NFC;
                case "NFD" -> Normalizer.Form.NFD;
                case "NFKC" -> Normalizer.Form.NFKC;
                case "NFKD" -> Normalizer.Form.NFKD;
                default ->
                    throw normalizer.malformed(
                            "type",
                            "found " + JsonObject.shown(type)
                                    + ", supported are NFC, NFD, NFKC, NFKD and no normalizer");
            };
        }

        Splitter splitter() throws TokenizerException {
            return SplitterReader.read(root.requireObject("pre_tokenizer"));
        }

        void requireDecoder() throws TokenizerException {
            JsonObject decoder = root.requireObject("decoder");
            if (!decoder.text("type").equals("ByteLevel")) {
                throw decoder.malformed(
                        "type", "found " + JsonObject.shown(decoder.get("type")) + ", only ByteLevel is supported");
            }
            // The decoder of the original has these options and does not look at them.
            decoder.requireOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        }
    }
}
