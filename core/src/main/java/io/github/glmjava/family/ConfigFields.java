package io.github.glmjava.family;

import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of one JSON file of a model folder, each checked as it is read. A null value counts as absent. Remembers which
 * fields were asked for; not safe for use by several threads.
 */
public final class ConfigFields {
    /** No published file is near this; it bounds what a hostile one can make us read. */
    private static final long MAX_BYTES = 64L << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;

    /** What messages put before a field's name: where the object is in the file. */
    private final String place;

    private final JsonNode root;
    private final Set<String> asked = new HashSet<>();

    /** Stand-ins for other files of the folder. */
    private final Map<String, ConfigFields> standIns = new HashMap<>();

    private ConfigFields(Path file, String place, JsonNode root) {
        this.file = file;
        this.place = place;
        this.root = root;
    }

    /**
     * Reads a file that must hold one JSON object.
     *
     * @throws CheckpointException if it does not
     */
    public static ConfigFields read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + ": no such file; a model folder must have it");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new CheckpointException(file + ": " + Files.size(file) + " bytes, expected at most " + MAX_BYTES);
        }
        return parse(Files.readAllBytes(file), file);
    }

    /**
     * Reads the bytes of a file that must hold one JSON object.
     *
     * @param file where they come from, for messages
     * @throws CheckpointException if it does not
     */
    public static ConfigFields parse(byte[] json, Path file) throws CheckpointException {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new CheckpointException(file + ": not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) {
            throw new CheckpointException(file + ": expected a JSON object, found " + root.getNodeType());
        }
        return new ConfigFields(file, "", root);
    }

    /** A copy of all fields. */
    ObjectNode toJson() {
        return (ObjectNode) root.deepCopy();
    }

    /** The file, for messages. */
    public Path file() {
        return file;
    }

    /**
     * Another file of the same folder.
     *
     * @throws CheckpointException if there is none, or it does not hold one JSON object
     */
    ConfigFields beside(String name) throws CheckpointException {
        ConfigFields standIn = standIns.get(name);
        if (standIn != null) {
            return standIn;
        }
        Path other = file.resolveSibling(name);
        try {
            return read(other);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw new CheckpointException(other + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether there is another file of the same folder, or something that stands for it. */
    boolean isBeside(String name) {
        return standIns.containsKey(name) || Files.exists(file.resolveSibling(name));
    }

    /** Lets numbers stand for another file of the folder, unless it is there. */
    void standIn(String name, Map<String, Integer> numbers) {
        Path other = file.resolveSibling(name);
        if (!numbers.isEmpty() && !Files.exists(other)) {
            standIns.put(name, new ConfigFields(other, "", MAPPER.valueToTree(numbers)));
        }
    }

    /** Writes what stands for files of the folder as such files into another one. */
    void writeStandIns(Path folder) throws IOException {
        for (Map.Entry<String, ConfigFields> standIn : standIns.entrySet()) {
            Files.write(
                    folder.resolve(standIn.getKey()),
                    MAPPER.writeValueAsBytes(standIn.getValue().toJson()));
        }
    }

    /** Whether the field is an object. */
    boolean isObject(String field) {
        JsonNode value = find(field);
        return value != null && value.isObject();
    }

    /** The fields of an object in a field; none where that is absent. */
    ConfigFields object(String field) throws CheckpointException {
        JsonNode value = find(field);
        if (value != null && !value.isObject()) {
            throw wrong(field, value, "an object");
        }
        return new ConfigFields(file, place + field + ".", value == null ? MAPPER.createObjectNode() : value);
    }

    /** The fields that were asked for and are not there, in alphabetical order. */
    List<String> missing() {
        return asked.stream().filter(field -> !root.hasNonNull(field)).sorted().toList();
    }

    /** The names of all fields, in their order. */
    List<String> names() {
        return root.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** Whether the field is there and not null. */
    public boolean has(String field) {
        return find(field) != null;
    }

    private @Nullable JsonNode find(String field) {
        asked.add(field);
        JsonNode value = root.get(field);
        return value == null || value.isNull() ? null : value;
    }

    private JsonNode get(String field) throws CheckpointException {
        JsonNode value = find(field);
        if (value == null) {
            throw new CheckpointException(file + ": field \"" + place + field + "\" is missing");
        }
        return value;
    }

    /** An error about a field. */
    public CheckpointException wrong(String field, Object found, String expected) {
        return new CheckpointException(
                file + ": field \"" + place + field + "\" is " + found + ", expected " + expected);
    }

    /** A whole number in a range, both ends included. */
    public int integer(String field, int min, int max) throws CheckpointException {
        JsonNode value = get(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw wrong(field, value, "a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }

    /** A whole number in a range, or what stands in for an absent field. */
    public int integer(String field, int min, int max, int absent) throws CheckpointException {
        return has(field) ? integer(field, min, max) : absent;
    }

    /** A finite number greater than zero. */
    public double positive(String field) throws CheckpointException {
        JsonNode value = get(field);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || !(value.doubleValue() > 0)) {
            throw wrong(field, value, "a finite number above 0");
        }
        return value.doubleValue();
    }

    /** A finite number greater than zero, or what stands in for an absent field. */
    public double positive(String field, double absent) throws CheckpointException {
        return has(field) ? positive(field) : absent;
    }

    /** A finite number. */
    public double number(String field) throws CheckpointException {
        return finite(field, get(field));
    }

    private double finite(String field, JsonNode value) throws CheckpointException {
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(field, value, "a finite number");
        }
        return value.doubleValue();
    }

    /** Numbers by name, in their order; empty where the field is absent. */
    public Map<String, Double> numbers(String field) throws CheckpointException {
        Map<String, Double> numbers = new LinkedHashMap<>();
        JsonNode value = find(field);
        if (value != null) {
            if (!value.isObject()) {
                throw wrong(field, value, "an object of numbers");
            }
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                numbers.put(entry.getKey(), finite(field, entry.getValue()));
            }
        }
        return numbers;
    }

    /** Whether the field is true or false. */
    public boolean isFlag(String field) {
        JsonNode value = find(field);
        return value != null && value.isBoolean();
    }

    /** A truth value, or what stands in for an absent field. */
    public boolean flag(String field, boolean absent) throws CheckpointException {
        JsonNode value = find(field);
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw wrong(field, value, "true or false");
        }
        return value.booleanValue();
    }

    /** A text; empty where the field is absent. */
    public String text(String field) throws CheckpointException {
        JsonNode value = find(field);
        if (value == null) {
            return "";
        }
        if (!value.isString()) {
            throw wrong(field, value, "a string");
        }
        return value.stringValue();
    }

    /** Whether a field, whatever its structure, mentions a word; letter case does not count. */
    public boolean mentions(String field, String word) {
        JsonNode value = find(field);
        return value != null
                && value.toString().toLowerCase(java.util.Locale.ROOT).contains(word);
    }

    /** One token id or a list of them; empty where the field is absent. */
    public List<Integer> tokenIds(String field) throws CheckpointException {
        JsonNode value = find(field);
        List<Integer> ids = new ArrayList<>();
        if (value == null) {
            return ids;
        }
        for (JsonNode id : value.isArray() ? value : List.of(value)) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw wrong(field, value, "a token id or a list of token ids");
            }
            ids.add(id.intValue());
        }
        return ids;
    }

    /** Refuses a text other than the one that is supported, which an absent field also means. */
    public void requireText(String field, String supported) throws CheckpointException {
        if (has(field) && !text(field).equals(supported)) {
            throw wrong(field, '"' + text(field) + '"', '"' + supported + "\": no other is supported");
        }
    }

    /** Refuses a number other than the one that is supported, which an absent field also means. */
    public void requireNumber(String field, double supported) throws CheckpointException {
        if (positive(field, supported) != supported) {
            throw wrong(field, positive(field), supported + ": no other is supported");
        }
    }

    /** Whether the field says anything: false, 0 and what is empty do not. */
    public boolean isSet(String field) {
        return has(field) && isSet(get(root, field));
    }

    private static JsonNode get(JsonNode object, String field) {
        return Objects.requireNonNull(object.get(field));
    }

    private static boolean isSet(JsonNode value) {
        if (value.isContainer()) {
            return !value.isEmpty();
        }
        return !value.isNull()
                && !(value.isBoolean() && !value.booleanValue())
                && !(value.isNumber() && value.doubleValue() == 0)
                && !(value.isString() && value.stringValue().isEmpty());
    }

    /** Refuses a field that asks for something the engine does not implement. */
    public void requireUnset(String field) throws CheckpointException {
        if (isSet(field)) {
            throw wrong(field, get(root, field), "nothing: this option is not supported");
        }
    }

    /**
     * Refuses fields that say something and that nobody asked for so far, unless they are known to be harmless: they may
     * mean that the numbers come out wrong.
     */
    void requireKnown() throws CheckpointException {
        requireKnown(HarmlessFields.NAMES);
    }

    /** The same with other fields that are known to be harmless. */
    void requireKnown(Set<String> harmless) throws CheckpointException {
        List<String> unknown = root.properties().stream()
                .filter(field -> !asked.contains(field.getKey()) && !harmless.contains(field.getKey()))
                .filter(field -> isSet(field.getValue()))
                .map(field -> place + field.getKey())
                .toList();
        if (!unknown.isEmpty()) {
            throw new CheckpointException(file + ": fields " + unknown
                    + " are not known and may change what is computed; supported are "
                    + new TreeSet<>(asked) + "; remove a field that has no bearing on the numbers");
        }
    }

    /**
     * Refuses a value that the engine does not implement, because ignoring it would change the numbers.
     *
     * @param supported the only value that is supported, also meant by an absent field
     */
    public void require(String field, boolean supported) throws CheckpointException {
        if (flag(field, supported) != supported) {
            throw wrong(field, !supported, supported + ": the other value is not supported");
        }
    }
}
