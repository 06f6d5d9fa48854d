package io.github.glmjava.tokenizer.json;

import io.github.glmjava.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file, each field checked as it is read; messages name the file and the path to the field. Immutable.
 */
public final class JsonObject {
    private final String file;
    private final String path;
    private final Map<?, ?> fields;

    private JsonObject(String file, String path, Map<?, ?> fields) {
        this.file = file;
        this.path = path;
        this.fields = fields;
    }

    /**
     * Reads a file that must hold one object.
     *
     * @param content the whole file
     * @param file its name, for messages
     */
    public static JsonObject read(byte[] content, String file) throws TokenizerException {
        Object root = JsonReader.read(content, file);
        if (root instanceof Map<?, ?> fields) {
            return new JsonObject(file, "", fields);
        }
        throw new TokenizerException(file + ": expected a JSON object, found " + shown(root));
    }

    /** An error about one field, or with an empty name about the object. */
    public TokenizerException malformed(String field, String what) {
        return new TokenizerException(file + ": " + pathOf(field) + ": " + what);
    }

    private String pathOf(String field) {
        return field.isEmpty() ? path : path.isEmpty() ? field : path + "." + field;
    }

    /** Fails if there is a field that is not among these: whoever skips a field gets other ids without knowing. */
    public void requireOnly(String... known) throws TokenizerException {
        for (Object name : fields.keySet()) {
            if (!Arrays.asList(known).contains(name)) {
                throw malformed(shownName(name), "a field that is not known here; known are " + List.of(known));
            }
        }
    }

    /** The value of a field, null if it is absent or null. */
    public @Nullable Object get(String field) {
        return fields.get(field);
    }

    /** The fields, in the order of the file. */
    public Map<?, ?> fields() {
        return fields;
    }

    /** A field that must be null or absent. */
    public void requireNull(String field) throws TokenizerException {
        if (get(field) != null) {
            throw malformed(field, "found " + shown(get(field)) + ", only null is supported");
        }
    }

    /** A text that must be there. */
    public String text(String field) throws TokenizerException {
        if (get(field) instanceof String text) {
            return text;
        }
        throw expected(field, "a string");
    }

    /** A boolean, or the default if it is absent or null. */
    public boolean flag(String field, boolean absent) throws TokenizerException {
        Object value = get(field);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw expected(field, "true or false");
    }

    /** A whole number in a range, that must be there. */
    public int integer(String field, int lowest, int highest) throws TokenizerException {
        if (get(field) instanceof Integer number && number >= lowest && number <= highest) {
            return number;
        }
        throw expected(field, "a whole number from " + lowest + " to " + highest);
    }

    /** An object, or null if it is absent or null. */
    public @Nullable JsonObject object(String field) throws TokenizerException {
        Object value = get(field);
        if (value == null) {
            return null;
        }
        if (value instanceof Map<?, ?> inner) {
            return new JsonObject(file, pathOf(field), inner);
        }
        throw expected(field, "an object");
    }

    /** An object that must be there. */
    public JsonObject requireObject(String field) throws TokenizerException {
        JsonObject object = object(field);
        if (object == null) {
            throw expected(field, "an object");
        }
        return object;
    }

    /** A list that must be there. */
    public List<?> list(String field) throws TokenizerException {
        if (get(field) instanceof List<?> list) {
            return list;
        }
        throw expected(field, "a list");
    }

    /** A list of objects that must be there. */
    public List<JsonObject> objects(String field) throws TokenizerException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : list(field)) {
            String name = field + "[" + objects.size() + "]";
            if (!(element instanceof Map<?, ?> inner)) {
                throw malformed(name, "expected an object, found " + shown(element));
            }
            objects.add(new JsonObject(file, pathOf(name), inner));
        }
        return objects;
    }

    private TokenizerException expected(String field, String what) {
        String found = fields.containsKey(field) ? "found " + shown(get(field)) : "missing";
        return malformed(field, found + ", expected " + what);
    }

    private static String shownName(Object name) {
        return shown(name.toString());
    }

    /** A value for a message: never long, whatever the file holds. */
    public static String shown(@Nullable Object value) {
        if (value instanceof Map<?, ?>) {
            return "an object";
        } else if (value instanceof List<?>) {
            return "a list";
        }
        String text = String.valueOf(value);
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
