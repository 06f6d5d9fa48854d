package io.github.glmjava.weights;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** JSON as the files of a checkpoint may contain it: UTF-8, no duplicate keys, no excess of anything. */
final class StrictJson {
    /** The limit of safetensors for a header; an index holds less than the headers of its shards. */
    static final int MAX_BYTES = 100_000_000;

    /** The formats nest three levels deep; the rest is for the metadata of an index, which is free. */
    private static final int MAX_DEPTH = 32;

    private static final int MAX_NAME_LENGTH = 10_000;
    private static final int MAX_NUMBER_LENGTH = 100;

    private static final JsonFactory READER = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The table of canonical names outlives the parser, and fails on names that collide on purpose.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxDocumentLength(MAX_BYTES)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxStringLength(MAX_BYTES)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .build();

    private static final JsonFactory WRITER = new JsonFactory();

    private StrictJson() {}

    static JsonParser parser(InputStream utf8) {
        // A decoder rather than a charset: it rejects malformed UTF-8, and Jackson guesses no other encoding.
        Reader reader = new InputStreamReader(utf8, StandardCharsets.UTF_8.newDecoder());
        return READER.createParser(ObjectReadContext.empty(), reader);
    }

    static JsonGenerator generator(OutputStream utf8) {
        return WRITER.createGenerator(ObjectWriteContext.empty(), utf8, JsonEncoding.UTF8);
    }

    /** What the parser complains about, in terms of the file. */
    static CheckpointException malformed(Path file, String what, JacksonException cause) {
        // Malformed UTF-8 and exceeded limits have no place.
        TokenStreamLocation at = cause.getLocation();
        String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new CheckpointException(
                file + ": " + what + " is not valid JSON in UTF-8" + place + ": "
                        + Quoted.of(cause.getOriginalMessage()),
                cause);
    }

    static CheckpointException unexpected(Path file, String field, @Nullable JsonToken found, String expected) {
        return new CheckpointException(file + ": " + field + " is " + describe(found) + ", expected " + expected);
    }

    /** Whether text has no lone surrogates, which JSON can spell and UTF-8 cannot. */
    static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static String describe(@Nullable JsonToken token) {
        if (token == null) {
            return "missing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a number that is not an integer";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "nothing";
        };
    }
}
