package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The rotary embedding in the dialect of transformers 5: {@code rope_parameters} in {@code config.json}. */
class RopeParametersTest {
    @TempDir
    private Path folder;

    private ObjectNode config = JsonMapper.shared().createObjectNode();

    private GoldenCase copy(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        golden.copyTo(folder);
        config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(folder.resolve("config.json")));
        return golden;
    }

    private void write() throws IOException {
        Files.writeString(folder.resolve("config.json"), config.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"glm_hf_bf16", "glm_edge_tied", "glm4_0414_sharded", "glm4_moe_qknorm", "glm4_moe_lite_mla"})
    void saysTheSameAsTheFieldsOfVersion4(String name) throws IOException {
        int[] ids = copy(name).inputIds(1);
        float[][] expected;
        try (GlmModel model = GlmModel.load(folder)) {
            expected = model.logits(ids);
        }
        ObjectNode parameters = JsonMapper.shared().createObjectNode().put("rope_type", "default");
        for (String field : new String[] {"rope_theta", "partial_rotary_factor"}) {
            if (config.has(field)) {
                parameters.set(field, config.remove(field));
            }
        }
        assertTrue(parameters.has("rope_theta"), "the case says nothing that could be moved");
        config.set("rope_parameters", parameters);
        write();
        try (GlmModel model = GlmModel.load(folder)) {
            assertArrayEquals(expected, model.logits(ids));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"rope_type\": \"yarn\", \"factor\": 4} | rope_parameters.rope_type",
                "{\"factor\": 4} | rope_parameters.factor",
                "{\"rope_theta\": -1} | rope_parameters.rope_theta",
                "{\"rope_theta\": 7} | rope_theta",
                "{\"partial_rotary_factor\": 0.3} | partial_rotary_factor",
                "[1] | rope_parameters"
            })
    void whatIsNotSupportedIsNamed(String parameters, String field) throws IOException {
        copy("glm_hf_bf16");
        config.set("rope_parameters", JsonMapper.shared().readTree(parameters));
        write();
        Throwable error = assertThrows(CheckpointException.class, () -> GlmModel.load(folder));
        assertTrue(
                String.valueOf(error.getMessage())
                        .contains(folder.resolve("config.json").toString()),
                error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains(field), error.getMessage());
    }

    @Test
    void theLatentPartTurnsAsAWhole() throws IOException {
        copy("glm4_moe_lite_mla");
        config.putObject("rope_parameters").put("partial_rotary_factor", 0.5);
        config.remove("partial_rotary_factor");
        write();
        Throwable error = assertThrows(CheckpointException.class, () -> GlmModel.load(folder));
        assertTrue(String.valueOf(error.getMessage()).contains("partial_rotary_factor"), error.getMessage());
    }
}
