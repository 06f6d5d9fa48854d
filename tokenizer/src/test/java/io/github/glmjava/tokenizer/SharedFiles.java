package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Finds the golden data, which lies in a folder {@code shared} beside the repository and is not part of it. */
public final class SharedFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SharedFiles() {}

    /** The file or folder; without it the test is skipped. */
    public static Path require(String path) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared").resolve(path);
            if (Files.exists(found)) {
                return found;
            }
        }
        return Assumptions.abort("no folder shared/ with " + path + " beside the repository");
    }

    /** All rows of a file of JSON lines; at least one. */
    public static List<JsonNode> rows(String path) {
        try {
            List<JsonNode> rows = new ArrayList<>();
            for (String line : Files.readAllLines(require(path))) {
                rows.add(JSON.readTree(line));
            }
            if (rows.isEmpty()) {
                throw new IOException(path + " is empty");
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON file. */
    public static JsonNode json(String path) {
        return JSON.readTree(require(path).toFile());
    }

    /** A field that is a list of ids. */
    public static int[] ids(JsonNode row, String field) {
        return JSON.convertValue(row.get(field), int[].class);
    }

    /** A JSON value as maps, lists and so on. */
    public static Object value(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }
}
