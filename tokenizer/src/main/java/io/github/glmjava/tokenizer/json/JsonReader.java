package io.github.glmjava.tokenizer.json;

import io.github.glmjava.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON document into maps (in the order of the file), lists, strings, Integer, Long or BigInteger, Double, Boolean and
 * null. A name that occurs twice in an object is an error.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 100;
    /** A vocabulary of 150,000 with its 320,000 merges has about a million values. */
    private static final int MAX_VALUES = 4_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(1 << 16)
                    .maxStringLength(1 << 22)
                    .build())
            .build();

    private final String file;
    private int values;

    private JsonReader(String file) {
        this.file = file;
    }

    /**
     * Reads a document.
     *
     * @param content the whole file
     * @param file its name, for messages
     * @throws TokenizerException if it is not JSON, or is nested more than 100 deep or has more than 4,000,000 values
     */
    public static @Nullable Object read(byte[] content, String file) throws TokenizerException {
        JsonReader reader = new JsonReader(file);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), content)) {
            Object value = reader.value(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw new TokenizerException(file + ": more text behind the JSON value");
            }
            return value;
        } catch (JacksonException e) {
            throw new TokenizerException(
                    file + ": not valid JSON: " + e.getOriginalMessage() + ", line "
                            + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
                    e);
        }
    }

    private @Nullable Object value(JsonParser parser, @Nullable JsonToken token) throws TokenizerException {
        if (token == null) {
            throw new TokenizerException(file + ": not valid JSON: it ends before its value");
        }
        if (++values > MAX_VALUES) {
            throw new TokenizerException(file + ": more than " + MAX_VALUES + " values, which no tokenizer file has");
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new TokenizerException(file + ": not valid JSON: unexpected " + token);
        };
    }

    private Map<String, @Nullable Object> object(JsonParser parser) throws TokenizerException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            boolean twice = fields.containsKey(name);
            fields.put(name, value(parser, parser.nextToken()));
            if (twice) {
                throw new TokenizerException(file + ": the name '" + JsonObject.shown(name) + "' occurs twice, line "
                        + parser.currentLocation().getLineNr());
            }
        }
        return fields;
    }

    private List<@Nullable Object> array(JsonParser parser) throws TokenizerException {
        List<@Nullable Object> elements = new ArrayList<>(2);
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(parser, token));
        }
        return elements;
    }
}
