package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.ReadingCost;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model folder of each dialect with one field of its {@code config.json} spoiled: it loads, or says in one exception which file
 * and field is wrong, at once and without allocating what a number asks for.
 */
class ConfigMutationTest {
    private static final long MOST_BYTES = 64L << 20;

    /** What no field of a published configuration is, or what is far from what these models have. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "\"text\"",
            "[]",
            "[1, \"a\"]",
            "{\"a\": {\"b\": [1]}}",
            "0",
            "1",
            "-1",
            "0.5",
            "2147483647",
            "1e30",
            "1e400",
            "123456789012345678901234567890");

    /** Types that no field has, or none of those that the families read. */
    private static final List<String> WRONG_FOR_ALL = List.of("{\"a\": {\"b\": [1]}}", "[1, \"a\"]");

    private static final LoadOptions OPTIONS = LoadOptions.builder().threads(1).build();

    @TempDir
    private Path folder;

    private int refused;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chatglm1_shallow",
                "chatglm2_f16_sharded",
                "chatglm3_ptuning",
                "glm4_remote_bf16",
                "glm_hf_bf16",
                "glm4_0414_sharded",
                "glm4_moe_qknorm",
                "glm4_moe_lite_mla",
                "glm_original_blank"
            })
    void spoiledFieldsAreNamed(String name) throws IOException {
        GoldenCase.open(name).copyTo(folder);
        Path config = folder.resolve("config.json");
        ObjectNode original = (ObjectNode) JsonMapper.shared().readTree(Files.readString(config));
        load("", "nothing"); // classes are initialised
        for (String field : List.copyOf(original.propertyNames())) {
            ObjectNode without = original.deepCopy();
            without.remove(field);
            Files.writeString(config, without.toString());
            load(field, "dropped");
            for (String value : VALUES) {
                Files.writeString(config, with(original, field, value));
                load(field, value);
            }
        }
        for (String value : WRONG_FOR_ALL) {
            Files.writeString(config, with(original, "a_new_option", value));
            int before = refused;
            load("a_new_option", value);
            assertTrue(refused > before, "an unknown option was ignored");
        }
        assertTrue(refused > 5 * original.size(), refused + " of the mutants were refused");
    }

    /** The object with a field whose value is this text, which need not be what a library would write. */
    private static String with(ObjectNode object, String field, String value) {
        return object.deepCopy().put(field, "@value@").toString().replace("\"@value@\"", value);
    }

    /** A value that a field may have can contradict another field, or the tensors. */
    private static boolean names(String message, String field, String value) {
        boolean contradicts = message.contains("field \"") || message.contains("tensor") || message.contains("prefix");
        return message.contains(field) || (contradicts && value.matches("[017]|2147483647|true|null|dropped"));
    }

    private void load(String field, String value) throws IOException {
        String mutant = field + " = " + value;
        ReadingCost cost = ReadingCost.begin();
        try (GlmModel model = GlmModel.load(folder, OPTIONS)) {
            assertTrue(model.info().vocabularySize() > 0);
        } catch (CheckpointException e) {
            refused++;
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(folder.toString()), mutant + ": " + message);
            assertTrue(names(message, field, value), mutant + ": " + message);
            assertTrue(message.length() < 2000, mutant + ": " + message.length() + " characters");
        } catch (IOException | RuntimeException | Error e) {
            fail(mutant, e);
        }
        cost.check(mutant, MOST_BYTES);
    }
}
