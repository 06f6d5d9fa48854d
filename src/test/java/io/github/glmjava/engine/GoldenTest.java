package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.FinishReason;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.layer.NetworkSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine computes what the published PyTorch code computes. */
class GoldenTest {
    static final List<String> CASES = List.of(
            "chatglm1_shallow",
            "chatglm2_f16_sharded",
            "chatglm2_int8",
            "chatglm2_int4",
            "chatglm3_bf16",
            "chatglm3_32k_rope_ratio",
            "glm4_remote_bf16",
            "glm_hf_bf16",
            "glm_edge_tied",
            "glm4_0414_sharded",
            "glm4_moe_groups",
            "glm4_moe_qknorm",
            "glm4_moe_lite_mla",
            "glm_original_blank");

    @ParameterizedTest
    @FieldSource("CASES")
    void everyStageIsThePublishedCodes(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        try (OpenNetwork network = OpenNetwork.open(golden.folder(), 2)) {
            for (int input = 0; input < golden.inputs(); input++) {
                EngineTrace trace = EngineTrace.of(network, network.sequence(16), golden.inputIds(input));
                assertNear(golden.embeddings(input), trace.embeddings(), 0, "embeddings");
                for (int layer = 0; layer < network.layers(); layer++) {
                    assertNear(
                            golden.hidden(layer, input),
                            trace.hidden(layer),
                            golden.hiddenTolerance(),
                            "hidden." + layer);
                }
                assertNear(golden.finalNorm(input), trace.finalNorm(), golden.hiddenTolerance(), "final_norm");
                assertNear(golden.logits(input), trace.logits(), golden.logitsTolerance(), "logits");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("CASES")
    void thePublicForwardPassIsThePublishedCodes(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        try (GlmModel model = GlmModel.load(golden.folder())) {
            for (int input = 0; input < golden.inputs(); input++) {
                float[][] logits = model.logits(golden.inputIds(input));
                assertNear(golden.logits(input), logits, golden.logitsTolerance(), "logits");
            }
        }
    }

    /** With the keys and values of earlier tokens kept; the published ids go on after stop ids. */
    @ParameterizedTest
    @FieldSource("CASES")
    void cachedGreedyDecodingGivesThePublishedIds(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        try (OpenNetwork network = OpenNetwork.open(golden.folder(), 2)) {
            for (int input = 0; input < golden.inputs(); input++) {
                int[] expected = golden.greedyIds(input);
                requireClearChoices(golden, input, expected.length);
                NetworkSequence sequence = network.sequence(16);
                int[] prompt = golden.inputIds(input);
                sequence.append(prompt, 0, prompt.length);
                int[] generated = new int[expected.length];
                for (int i = 0; i < generated.length; i++) {
                    generated[i] = indexOfLargest(sequence.logits());
                    sequence.append(generated, i, i + 1);
                }
                assertArrayEquals(expected, generated, "input " + input);
            }
        }
    }

    /** Through the public API, which ends at the first stop id of {@code config.json}. */
    @ParameterizedTest
    @FieldSource("CASES")
    void generationGivesThePublishedIds(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        int[] stopIds = stopIds(golden);
        try (GlmModel model = GlmModel.load(golden.folder())) {
            for (int input = 0; input < golden.inputs(); input++) {
                int[] expected = golden.greedyIds(input);
                requireClearChoices(golden, input, expected.length);
                GenerationResult result = model.generate(GenerationRequest.ofTokens(golden.inputIds(input))
                        .withOptions(GenerationOptions.builder()
                                .doSample(false)
                                .maxNewTokens(expected.length)
                                .build()));
                int[] untilStop = Arrays.stream(expected)
                        .takeWhile(id -> Arrays.stream(stopIds).noneMatch(stop -> stop == id))
                        .toArray();
                assertArrayEquals(untilStop, result.ids(), "input " + input);
                assertEquals(
                        untilStop.length < expected.length ? FinishReason.STOP : FinishReason.LENGTH,
                        result.finishReason());
            }
        }
    }

    /** Where the two best logits are nearer than twice the tolerance, another choice would not be wrong. */
    private static void requireClearChoices(GoldenCase golden, int input, int steps) {
        for (int step = 0; step < steps; step++) {
            assertTrue(golden.greedyMargin(input, step) > 2 * golden.logitsTolerance(), "near-tie at step " + step);
        }
    }

    private static int[] stopIds(GoldenCase golden) throws IOException {
        JsonNode ids = JsonMapper.shared()
                .readTree(Files.readString(golden.folder().resolve("config.json")))
                .path("eos_token_id");
        if (ids.isMissingNode()) {
            return new int[0];
        }
        return ids.isArray() ? ids.valueStream().mapToInt(JsonNode::asInt).toArray() : new int[] {ids.asInt()};
    }

    private static int indexOfLargest(float[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[largest]) {
                largest = i;
            }
        }
        return largest;
    }

    private static void assertNear(float[][] expected, float[][] actual, double tolerance, String stage) {
        assertEquals(expected.length, actual.length, stage);
        for (int position = 0; position < expected.length; position++) {
            assertEquals(expected[position].length, actual[position].length, stage);
            for (int i = 0; i < expected[position].length; i++) {
                double difference = Math.abs((double) expected[position][i] - actual[position][i]);
                if (!(difference <= tolerance)) {
                    throw new AssertionError(String.format(
                            Locale.ROOT,
                            "%s at position %d, index %d: expected %.9g, was %.9g, tolerance %g",
                            stage,
                            position,
                            i,
                            expected[position][i],
                            actual[position][i],
                            tolerance));
                }
            }
        }
    }
}
