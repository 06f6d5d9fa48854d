package io.github.glmjava.cli;

import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the demo model's card says it answers. */
final class Examples {
    /** In a step whose best two logits are nearer than this, rounding decides. */
    private static final double CLEAR_MARGIN = 2e-3;

    private Examples() {}

    /** Prompts of the first turn of a conversation that have one clear greedy answer. */
    static List<JsonNode> clear() throws IOException {
        List<JsonNode> examples = new ArrayList<>();
        for (JsonNode example : all()) {
            if (!example.has("history") && example.get("min_margin").doubleValue() > CLEAR_MARGIN) {
                examples.add(example);
            }
        }
        return examples;
    }

    /** The example of a second turn. */
    static JsonNode secondTurn() throws IOException {
        for (JsonNode example : all()) {
            if (example.has("history")) {
                return example;
            }
        }
        throw new IOException("examples.json has no example with a history");
    }

    private static JsonNode all() throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readAllBytes(DemoModel.folder().resolve("examples.json")))
                .get("examples");
    }
}
