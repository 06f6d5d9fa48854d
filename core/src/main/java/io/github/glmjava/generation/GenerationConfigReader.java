package io.github.glmjava.generation;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code generation_config.json} as transformers' {@code GenerationConfig} means it: a null counts as absent, and
 * the model samples only if {@code do_sample} says so. Fields that would change the output but are not supported are
 * named in one warning; other unknown fields are ignored.
 */
public final class GenerationConfigReader {
    private static final Logger LOG = LoggerFactory.getLogger(GenerationConfigReader.class);
    private static final String FILE_NAME = "generation_config.json";
    private static final int LARGEST_FILE = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String file;
    private final JsonNode root;

    private GenerationConfigReader(String file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /**
     * Reads the file of a model.
     *
     * @param folder the model's folder
     * @return what the file says; {@link GenerationDefaults#none} if there is no such file
     * @throws CheckpointException if the file is malformed
     * @throws IOException if it cannot be read
     */
    public static GenerationDefaults read(Path folder) throws IOException {
        Path path = folder.resolve(FILE_NAME);
        if (!Files.exists(path)) {
            return GenerationDefaults.none();
        }
        String file = path.toString();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new CheckpointException(
                    file + ": the file is longer than " + LARGEST_FILE + " bytes, which no generation config needs");
        }
        return parse(bytes, file);
    }

    /**
     * Reads what such a file holds.
     *
     * @param file what to call it in errors
     * @throws CheckpointException if it is malformed
     */
    public static GenerationDefaults parse(byte[] bytes, String file) throws CheckpointException {
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new CheckpointException(file + ": not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) {
            throw new CheckpointException(file + ": expected a JSON object, found " + describe(root));
        }
        return new GenerationConfigReader(file, root).read();
    }

    private GenerationDefaults read() throws CheckpointException {
        GenerationOptions.Builder options = GenerationOptions.builder();
        options.doSample(flag("do_sample"));
        number("temperature", options::temperature);
        integer("top_k", options::topK);
        number("top_p", options::topP);
        number("min_p", options::minP);
        number("repetition_penalty", options::repetitionPenalty);
        integer("max_length", options::maxLength);
        integer("max_new_tokens", options::maxNewTokens);
        stopStrings(options);
        GenerationDefaults defaults = new GenerationDefaults(options.build(), endOfSequence(), padding());
        List<String> unsupported = UnsupportedGenerationField.setIn(root);
        if (!unsupported.isEmpty()) {
            LOG.warn("{}: these settings are not supported and have no effect: {}", file, unsupported);
        }
        return defaults;
    }

    private @Nullable JsonNode field(String name) {
        JsonNode value = root.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private boolean flag(String name) throws CheckpointException {
        JsonNode value = field(name);
        if (value != null && !value.isBoolean()) {
            throw malformed(name, "true or false", value);
        }
        return value != null && value.booleanValue();
    }

    private void number(String name, DoubleConsumer option) throws CheckpointException {
        JsonNode value = field(name);
        if (value == null) {
            return;
        }
        if (!value.isNumber()) {
            throw malformed(name, "a number", value);
        }
        try {
            // asDouble makes Infinity of what does not fit, which the option rejects; doubleValue would throw.
            option.accept(value.asDouble(Double.POSITIVE_INFINITY));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": field " + name + ": " + e.getMessage(), e);
        }
    }

    private void integer(String name, IntConsumer option) throws CheckpointException {
        JsonNode value = field(name);
        if (value == null) {
            return;
        }
        try {
            option.accept(integer(name, value));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": field " + name + ": " + e.getMessage(), e);
        }
    }

    private int integer(String name, JsonNode value) throws CheckpointException {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw malformed(name, "an integer of 32 bits", value);
        }
        return value.intValue();
    }

    private void stopStrings(GenerationOptions.Builder options) throws CheckpointException {
        JsonNode value = field("stop_strings");
        if (value == null) {
            return;
        }
        List<String> stops = new ArrayList<>();
        for (JsonNode stop : value.isArray() ? value : List.of(value)) {
            if (!stop.isString()) {
                throw malformed("stop_strings", "a string or a list of strings", stop);
            }
            stops.add(stop.stringValue());
        }
        try {
            options.stopStrings(stops);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": field stop_strings: " + e.getMessage(), e);
        }
    }

    private List<Integer> endOfSequence() throws CheckpointException {
        JsonNode value = field("eos_token_id");
        List<Integer> ids = new ArrayList<>();
        if (value != null) {
            for (JsonNode id : value.isArray() ? value : List.of(value)) {
                ids.add(tokenId("eos_token_id", id));
            }
        }
        return ids;
    }

    private OptionalInt padding() throws CheckpointException {
        JsonNode value = field("pad_token_id");
        // -1 is a common way to say that there is none
        if (value == null || (value.isIntegralNumber() && value.asInt(0) == -1)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(tokenId("pad_token_id", value));
    }

    private int tokenId(String name, JsonNode value) throws CheckpointException {
        int id = integer(name, value);
        if (id < 0) {
            throw malformed(name, "a token id of at least 0", value);
        }
        return id;
    }

    private CheckpointException malformed(String name, String expected, JsonNode found) {
        return new CheckpointException(
                file + ": field " + name + ": expected " + expected + ", found " + describe(found));
    }

    private static String describe(JsonNode node) {
        if (node.isMissingNode()) {
            return "nothing";
        }
        String text = node.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
