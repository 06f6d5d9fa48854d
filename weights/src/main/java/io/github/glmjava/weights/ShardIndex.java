package io.github.glmjava.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The index of a sharded checkpoint: JSON with a {@code weight_map} from the name of each tensor to the name of the file
 * beside the index that holds it. What else the index says, such as {@code metadata.total_size}, does not matter here.
 *
 * @param file the index
 * @param shards the name of the shard by the name of the tensor, in the order of the index
 */
record ShardIndex(Path file, Map<String, String> shards) {
    static final String WEIGHT_MAP = "weight_map";

    static ShardIndex read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + ": expected a file");
        }
        long size = Files.size(file);
        if (size > StrictJson.MAX_BYTES) {
            throw new CheckpointException(
                    file + ": the index has " + size + " bytes, expected at most " + StrictJson.MAX_BYTES);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in, file);
        }
    }

    static ShardIndex parse(InputStream utf8, Path file) throws CheckpointException {
        Map<String, String> shards = null;
        try (JsonParser json = StrictJson.parser(utf8)) {
            JsonToken root = json.nextToken();
            if (root != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(file, "the index", root, "an object");
            }
            for (String key = json.nextName(); key != null; key = json.nextName()) {
                JsonToken value = json.nextToken();
                if (!key.equals(WEIGHT_MAP)) {
                    json.skipChildren();
                } else if (value == JsonToken.START_OBJECT) {
                    shards = parseWeightMap(json, file);
                } else {
                    throw StrictJson.unexpected(file, WEIGHT_MAP, value, "an object");
                }
            }
            if (json.nextToken() != null) {
                throw new CheckpointException(file + ": the index goes on after its JSON object");
            }
        } catch (JacksonException e) {
            throw StrictJson.malformed(file, "the index", e);
        }
        if (shards == null) {
            throw new CheckpointException(file + ": the index has no " + WEIGHT_MAP);
        }
        return new ShardIndex(file, shards);
    }

    private static Map<String, String> parseWeightMap(JsonParser json, Path file) throws CheckpointException {
        Map<String, String> shards = new LinkedHashMap<>();
        for (String tensor = json.nextName(); tensor != null; tensor = json.nextName()) {
            JsonToken value = json.nextToken();
            if (value != JsonToken.VALUE_STRING) {
                throw StrictJson.unexpected(file, WEIGHT_MAP + " " + Quoted.of(tensor), value, "a file name");
            }
            String shard = json.getString();
            if (!isPlainFileName(shard)) {
                throw new CheckpointException(file + ": " + WEIGHT_MAP + " " + Quoted.of(tensor) + " names the shard "
                        + Quoted.of(shard) + ", expected a plain file name of the same folder");
            }
            shards.put(tensor, shard);
        }
        return shards;
    }

    /** The path of a shard. */
    Path resolve(String shard) {
        return file.resolveSibling(shard);
    }

    /** Judged alike on every system: a backslash or a colon means something to Windows only, yet no shard has one. */
    private static boolean isPlainFileName(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            return false;
        }
        if (name.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c))) {
            return false;
        }
        try {
            Path path = Path.of(name);
            return !path.isAbsolute() && path.getNameCount() == 1;
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
