package io.github.glmjava.weights;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/**
 * The JSON of a safetensors header, token by token: {@code {"__metadata__": {key: value, ...}, name: {"dtype": "F16",
 * "shape": [2, 3], "data_offsets": [0, 12]}, ...}}. Checks all that one entry can say for itself; how the entries fit
 * together is for {@link SafetensorsHeader}.
 */
final class SafetensorsHeaderParser {
    /** Twenty times the tensors of the largest GLM; an entry takes several times as much memory as header. */
    private static final int MAX_TENSORS = 1_000_000;

    /** No framework has tensors of more dimensions. */
    private static final int MAX_RANK = 64;

    private static final String SHAPE = "shape";
    private static final String DATA_OFFSETS = "data_offsets";

    private final InputStream utf8;
    private final Path path;
    private final List<SafetensorsHeader.Entry> entries = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    SafetensorsHeaderParser(InputStream utf8, Path path) {
        this.utf8 = utf8;
        this.path = path;
    }

    /** The tensors in the order of the header. */
    List<SafetensorsHeader.Entry> entries() {
        return entries;
    }

    /** The content of {@code __metadata__}. */
    Map<String, String> metadata() {
        return metadata;
    }

    void parse() throws CheckpointException {
        try (JsonParser json = StrictJson.parser(utf8)) {
            expect(json.nextToken(), JsonToken.START_OBJECT, "the header", "an object");
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                if (name.equals(SafetensorsHeader.METADATA_KEY)) {
                    parseMetadata(json);
                } else {
                    parseEntry(json, name);
                }
            }
            if (json.nextToken() != null) {
                throw new CheckpointException(path + ": the header goes on after its JSON object");
            }
        } catch (JacksonException e) {
            throw StrictJson.malformed(path, "the header", e);
        }
    }

    private void parseMetadata(JsonParser json) throws CheckpointException {
        expect(json.nextToken(), JsonToken.START_OBJECT, SafetensorsHeader.METADATA_KEY, "an object");
        for (String key = json.nextName(); key != null; key = json.nextName()) {
            String field = SafetensorsHeader.METADATA_KEY + " " + Quoted.of(key);
            expect(json.nextToken(), JsonToken.VALUE_STRING, field, "a string");
            String value = json.getString();
            requireWellFormed(key, field);
            requireWellFormed(value, field);
            metadata.put(key, value);
        }
    }

    private void parseEntry(JsonParser json, String name) throws CheckpointException {
        String tensor = "tensor " + Quoted.of(name);
        requireWellFormed(name, tensor);
        if (entries.size() == MAX_TENSORS) {
            throw new CheckpointException(path + ": the header has more than " + MAX_TENSORS + " tensors");
        }
        expect(json.nextToken(), JsonToken.START_OBJECT, tensor, "an object with dtype, shape and data_offsets");
        DType dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        for (String key = json.nextName(); key != null; key = json.nextName()) {
            switch (key) {
                case "dtype" -> dtype = parseDType(json, tensor);
                case SHAPE -> shape = parseIntegers(json, tensor + ": shape", MAX_RANK);
                case DATA_OFFSETS -> offsets = parseIntegers(json, tensor + ": data_offsets", 2);
                default -> throw fault(tensor, "has an unknown field " + Quoted.of(key));
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw fault(tensor, "has no " + (dtype == null ? "dtype" : shape == null ? SHAPE : DATA_OFFSETS));
        }
        if (offsets.size() != 2) {
            throw fault(tensor, "has data_offsets " + offsets + ", expected a begin and an end");
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        long expected = byteSize(dtype, shape, tensor);
        // Offsets are not negative, so this does not overflow; an end before the begin is never the expected size.
        if (end - begin != expected) {
            throw fault(
                    tensor,
                    "has data_offsets " + offsets + ", that is " + (end - begin) + " bytes, but " + dtype + " of shape "
                            + shape + " takes " + expected);
        }
        entries.add(new SafetensorsHeader.Entry(name, dtype, List.copyOf(shape), begin, end));
    }

    private DType parseDType(JsonParser json, String tensor) throws CheckpointException {
        expect(json.nextToken(), JsonToken.VALUE_STRING, tensor + ": dtype", "a string");
        String name = json.getString();
        DType dtype = DType.named(name);
        if (dtype == null) {
            throw fault(
                    tensor,
                    "has dtype " + Quoted.of(name) + ", which is not supported; supported are "
                            + List.of(DType.values()));
        }
        return dtype;
    }

    private List<Long> parseIntegers(JsonParser json, String field, int maxCount) throws CheckpointException {
        expect(json.nextToken(), JsonToken.START_ARRAY, field, "an array");
        List<Long> integers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (integers.size() == maxCount) {
                throw fault(field, "has more than " + maxCount + " numbers");
            }
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, field, "an array of integers");
            String digits = json.getString();
            if (digits.startsWith("-") || json.getNumberType() == NumberType.BIG_INTEGER) {
                throw fault(field, "has the number " + Quoted.of(digits) + ", expected 0 to " + Long.MAX_VALUE);
            }
            integers.add(json.getLongValue());
        }
        return integers;
    }

    private long byteSize(DType dtype, List<Long> shape, String tensor) throws CheckpointException {
        try {
            return dtype.byteSize(shape);
        } catch (ArithmeticException e) {
            throw new CheckpointException(
                    path + ": " + tensor + " has shape " + shape + " of " + dtype
                            + ", more bytes than 64 bits can count",
                    e);
        }
    }

    private void requireWellFormed(String text, String field) throws CheckpointException {
        if (!StrictJson.isWellFormed(text)) {
            throw fault(field, "has a lone surrogate, which is not Unicode text");
        }
    }

    private void expect(@Nullable JsonToken found, JsonToken expected, String field, String description)
            throws CheckpointException {
        if (found != expected) {
            throw StrictJson.unexpected(path, field, found, description);
        }
    }

    private CheckpointException fault(String field, String problem) {
        return new CheckpointException(path + ": " + field + " " + problem);
    }
}
