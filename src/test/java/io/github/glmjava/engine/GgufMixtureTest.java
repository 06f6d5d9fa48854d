package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GLM-4.5 as llama.cpp's converter writes it: architecture glm4moe, experts stacked, a layer that predicts further tokens. */
class GgufMixtureTest {
    private static final int LAYERS = 3;

    private static final Map<String, String> ATTENTION = Map.ofEntries(
            Map.entry("input_layernorm.weight", "attn_norm.weight"),
            Map.entry("post_attention_layernorm.weight", "post_attention_norm.weight"),
            Map.entry("self_attn.q_proj.weight", "attn_q.weight"),
            Map.entry("self_attn.q_proj.bias", "attn_q.bias"),
            Map.entry("self_attn.k_proj.weight", "attn_k.weight"),
            Map.entry("self_attn.k_proj.bias", "attn_k.bias"),
            Map.entry("self_attn.v_proj.weight", "attn_v.weight"),
            Map.entry("self_attn.v_proj.bias", "attn_v.bias"),
            Map.entry("self_attn.q_norm.weight", "attn_q_norm.weight"),
            Map.entry("self_attn.k_norm.weight", "attn_k_norm.weight"),
            Map.entry("self_attn.o_proj.weight", "attn_output.weight"));

    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({
        "glm4_moe_groups, 64, 92, 6, 16, 4, 2, 20, 4, 2, 1.0",
        "glm4_moe_qknorm, 48, 88, 4, 8, 3, 1, 24, 1, 1, 2.5"
    })
    void logitsAreTheReferences(
            String name,
            int hidden,
            int feedForward,
            int heads,
            int experts,
            int used,
            int shared,
            int expertFeedForward,
            int groups,
            int usedGroups,
            float scale)
            throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        String at = "glm4moe.";
        GgufWriter writer = new GgufWriter()
                .put("general.architecture", "glm4moe")
                .put(at + "context_length", 131072)
                .put(at + "embedding_length", hidden)
                .put(at + "block_count", LAYERS + 1)
                .put(at + "nextn_predict_layers", 1)
                .put(at + "feed_forward_length", feedForward)
                .put(at + "attention.head_count", heads)
                .put(at + "attention.head_count_kv", 2)
                .put(at + "attention.key_length", 16)
                .put(at + "attention.value_length", 16)
                .put(at + "attention.layer_norm_rms_epsilon", 1e-5f)
                .put(at + "rope.dimension_count", 8)
                .put(at + "rope.freq_base", 1000000f)
                .put(at + "leading_dense_block_count", 1)
                .put(at + "expert_count", experts)
                .put(at + "expert_used_count", used)
                .put(at + "expert_shared_count", shared)
                .put(at + "expert_feed_forward_length", expertFeedForward)
                .put(at + "expert_group_count", groups)
                .put(at + "expert_group_used_count", usedGroups)
                .put(at + "expert_weights_scale", scale)
                .put(at + "expert_weights_norm", true);
        try (Checkpoint published = Checkpoint.open(golden.folder())) {
            GgufExperts.addTensors(writer, published, LAYERS, experts, ATTENTION);
            // Of the layer that predicts further tokens, which is not read.
            StoredTensor norm = published.tensor("model.norm.weight");
            writer.converted("blk." + LAYERS + ".attn_norm.weight", norm);
            writer.converted("blk." + LAYERS + ".nextn.enorm.weight", norm);
        }
        Path file = temporary.resolve("model.gguf");
        writer.write(file);
        try (GlmModel model = GlmModel.load(file)) {
            assertTrue(model.info().family().startsWith("GLM-4.5"), model.info().family());
            golden.assertLogits(model::logits, 2e-4);
            assertConvertedComputesTheSame(file, model, golden);
        }
    }

    /** The stacks become one tensor for each expert again, in the types that they had. */
    private void assertConvertedComputesTheSame(Path file, GlmModel model, GoldenCase golden) throws IOException {
        Path folder = temporary.resolve("converted");
        int compared = 0;
        GlmModel.convert(file, folder, ConversionOptions.builder().build());
        try (Checkpoint published = Checkpoint.open(golden.folder());
                Checkpoint converted = Checkpoint.open(folder)) {
            for (StoredTensor tensor : published.tensors().values()) {
                boolean further = tensor.name().startsWith("model.layers." + LAYERS + ".");
                if (tensor.name().contains(".experts.") && !further) {
                    compared++;
                    StoredTensor copy = converted.tensor(tensor.name());
                    assertEquals(tensor.dtype(), copy.dtype(), tensor.name());
                    assertEquals(-1, tensor.data().mismatch(copy.data()), tensor.name());
                }
            }
        }
        assertTrue(compared >= 3 * 8 * (LAYERS - 1), compared + " matrices of experts");
        try (GlmModel converted = GlmModel.load(folder)) {
            assertEquals(model.info().family(), converted.info().family());
            for (int input = 0; input < golden.inputs(); input++) {
                int[] ids = golden.inputIds(input);
                assertArrayEquals(model.logits(ids), converted.logits(ids));
            }
        }
    }
}
