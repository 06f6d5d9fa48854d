package io.github.glmjava.cli;

import io.github.glmjava.tokenizer.Encoding;
import io.github.glmjava.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Texts and ids as {@code glm tokenize} reads and writes them, one on a line. */
final class TokenizerOutput {
    private static final JsonMapper JSON = JsonMapper.shared();

    private TokenizerOutput() {}

    /** An object with the ids, and the offsets and the decoded text if wanted. */
    static String json(Tokenizer tokenizer, int[] ids, @Nullable Encoding offsets, boolean withDecoded) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ids", ids);
        if (offsets != null) {
            json.put("offsets", pairs(offsets));
        }
        if (withDecoded) {
            json.put("decoded", tokenizer.decode(ids));
        }
        return JSON.writeValueAsString(json);
    }

    static String decodedJson(String decoded) {
        return JSON.writeValueAsString(Map.of("decoded", decoded));
    }

    private static List<int[]> pairs(Encoding encoding) {
        int[] starts = encoding.byteStarts();
        int[] ends = encoding.byteEnds();
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            pairs.add(new int[] {starts[i], ends[i]});
        }
        return pairs;
    }

    /** The field {@code text} of a line of JSON. */
    static String text(String line, int number) throws IOException {
        JsonNode text = object(line, number).path("text");
        if (!text.isString()) {
            throw new IOException("line " + number + ": expected text to be a string, found " + found(text));
        }
        return text.stringValue();
    }

    /** The field {@code ids} of a line of JSON. */
    static int[] idsField(String line, int number) throws IOException {
        return ids(object(line, number).path("ids"), number);
    }

    /** Ids in a line: a JSON array, or numbers with white space or commas between. */
    static int[] ids(String line, int number) throws IOException {
        String trimmed = line.strip();
        String array = trimmed.startsWith("[") ? trimmed : "[" + String.join(",", trimmed.split("[\\s,]+", -1)) + "]";
        return ids(parse(array, number), number);
    }

    private static int[] ids(JsonNode array, int number) throws IOException {
        if (!array.isArray()) {
            throw new IOException("line " + number + ": expected an array of ids, found " + found(array));
        }
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = array.get(i);
            if (!id.isInt()) {
                throw new IOException("line " + number + ": expected ids to be integers, found " + id);
            }
            ids[i] = id.intValue();
        }
        return ids;
    }

    private static JsonNode object(String line, int number) throws IOException {
        JsonNode node = parse(line, number);
        if (!node.isObject()) {
            throw new IOException("line " + number + ": expected an object, found " + found(node));
        }
        return node;
    }

    private static JsonNode parse(String json, int number) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            throw new IOException("line " + number + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String found(JsonNode node) {
        return node.isMissingNode() ? "nothing" : node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** An array as it is printed for people. */
    static String array(int... ids) {
        return Arrays.toString(ids);
    }
}
