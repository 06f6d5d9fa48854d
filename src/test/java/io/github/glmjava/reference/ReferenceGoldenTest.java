package io.github.glmjava.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.fixture.GoldenCase;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference computes what the published PyTorch code computes. */
class ReferenceGoldenTest {
    /**
     * The golden values are results of float arithmetic, up to 1.5e-5 away from the exact ones. An engine that computes
     * in floats is allowed ten times as much and more; the reference is not.
     */
    private static final double FLOAT_NOISE = 2e-5;

    /** Only the original GLM's embeddings are sums; the others are copied rows. */
    private static final double FLOAT_ADDITION = 1e-6;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chatglm1_shallow",
                "chatglm2_f16_sharded",
                "chatglm3_bf16",
                "chatglm3_32k_rope_ratio",
                "glm4_remote_bf16",
                "glm_hf_bf16",
                "glm_edge_tied",
                "glm4_0414_sharded",
                "glm4_moe_groups",
                "glm4_moe_qknorm",
                "glm4_moe_lite_mla",
                "glm_original_blank"
            })
    void reproducesThePublishedCode(String name) throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        ReferenceModel model = ReferenceModel.open(golden.folder());
        assertTrue(golden.inputs() > 0);

        for (int input = 0; input < golden.inputs(); input++) {
            int[] ids = golden.inputIds(input);
            ReferenceTrace trace = model.forward(ids);
            ForwardComparison comparison = new ForwardComparison(trace);

            comparison.embeddings(golden.embeddings(input)).requireWithin(FLOAT_ADDITION);
            for (int layer = 0; layer < trace.hidden().size(); layer++) {
                comparison.hidden(layer, golden.hidden(layer, input)).requireWithin(FLOAT_NOISE);
            }
            comparison.finalNorm(golden.finalNorm(input)).requireWithin(FLOAT_NOISE);
            comparison.logits(golden.logits(input)).requireWithin(FLOAT_NOISE);

            int[] greedy = golden.greedyIds(input);
            assertArrayEquals(greedy, model.greedy(ids, greedy.length), "greedy ids of input " + input);
        }
    }
}
