package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GLM-4.7-Flash as llama.cpp's converter writes it: architecture deepseek2, experts stacked, the latent in parts. */
class GgufLatentTest {
    private static final int LAYERS = 3;
    private static final int HEADS = 4;
    private static final int EXPERTS = 8;
    private static final int RANK = 20;
    private static final int PLAIN = 12;
    private static final int ROTARY = 8;
    private static final int VALUE = 16;

    private static final Map<String, String> ATTENTION = Map.ofEntries(
            Map.entry("input_layernorm.weight", "attn_norm.weight"),
            Map.entry("post_attention_layernorm.weight", "ffn_norm.weight"),
            Map.entry("self_attn.q_a_proj.weight", "attn_q_a.weight"),
            Map.entry("self_attn.q_a_layernorm.weight", "attn_q_a_norm.weight"),
            Map.entry("self_attn.q_b_proj.weight", "attn_q_b.weight"),
            Map.entry("self_attn.kv_a_proj_with_mqa.weight", "attn_kv_a_mqa.weight"),
            Map.entry("self_attn.kv_a_layernorm.weight", "attn_kv_a_norm.weight"),
            Map.entry("self_attn.o_proj.weight", "attn_output.weight"));

    @TempDir
    Path temporary;

    private static GgufWriter metadata() {
        return new GgufWriter()
                .put("general.architecture", "deepseek2")
                .put("deepseek2.context_length", 202752)
                .put("deepseek2.embedding_length", 48)
                .put("deepseek2.block_count", LAYERS)
                .put("deepseek2.feed_forward_length", 88)
                .put("deepseek2.attention.head_count", HEADS)
                .put("deepseek2.attention.head_count_kv", 1)
                .put("deepseek2.attention.q_lora_rank", 28)
                .put("deepseek2.attention.kv_lora_rank", RANK)
                .put("deepseek2.attention.key_length", RANK + ROTARY)
                .put("deepseek2.attention.value_length", RANK)
                .put("deepseek2.attention.key_length_mla", PLAIN + ROTARY)
                .put("deepseek2.attention.value_length_mla", VALUE)
                .put("deepseek2.attention.layer_norm_rms_epsilon", 1e-5f)
                .put("deepseek2.rope.dimension_count", ROTARY)
                .put("deepseek2.rope.freq_base", 1000000f)
                .put("deepseek2.leading_dense_block_count", 1)
                .put("deepseek2.expert_count", EXPERTS)
                .put("deepseek2.expert_used_count", 3)
                .put("deepseek2.expert_shared_count", 1)
                .put("deepseek2.expert_feed_forward_length", 24)
                .put("deepseek2.expert_weights_scale", 1.8f)
                .put("deepseek2.expert_weights_norm", true);
    }

    private Path write(GgufWriter writer, boolean inParts) throws IOException {
        try (Checkpoint golden =
                Checkpoint.open(GoldenCase.open("glm4_moe_lite_mla").folder())) {
            GgufExperts.addTensors(writer, golden, LAYERS, EXPERTS, ATTENTION);
            for (int layer = 0; layer < LAYERS; layer++) {
                String published = "model.layers." + layer + ".";
                String block = "blk." + layer + ".";
                StoredTensor up = golden.tensor(published + "self_attn.kv_b_proj.weight");
                if (inParts) {
                    addParts(writer, up.toFloats(), block);
                } else {
                    writer.converted(block + "attn_kv_b.weight", up);
                }
            }
        }
        Path file = temporary.resolve("model.gguf");
        writer.write(file);
        return file;
    }

    /** The rows of a head are {@code [plain keys, values]}; the keys' are stored transposed. */
    private static void addParts(GgufWriter writer, float[] up, String block) {
        float[] keys = new float[HEADS * RANK * PLAIN];
        float[] values = new float[HEADS * VALUE * RANK];
        for (int head = 0; head < HEADS; head++) {
            for (int column = 0; column < RANK; column++) {
                int first = head * (PLAIN + VALUE);
                for (int i = 0; i < PLAIN; i++) {
                    keys[(head * RANK + column) * PLAIN + i] = up[(first + i) * RANK + column];
                }
                for (int i = 0; i < VALUE; i++) {
                    values[(head * VALUE + i) * RANK + column] = up[(first + PLAIN + i) * RANK + column];
                }
            }
        }
        writer.floats(block + "attn_k_b.weight", List.of((long) HEADS, (long) RANK, (long) PLAIN), keys);
        writer.floats(block + "attn_v_b.weight", List.of((long) HEADS, (long) VALUE, (long) RANK), values);
    }

    private static void assertTheReferences(Path model, LoadOptions options, double tolerance) throws IOException {
        GoldenCase golden = GoldenCase.open("glm4_moe_lite_mla");
        try (GlmModel loaded = GlmModel.load(model, options)) {
            assertEquals("GLM-4.7-Flash", loaded.info().family());
            golden.assertLogits(loaded::logits, tolerance);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logitsAreTheReferences(boolean inParts) throws IOException {
        Path file = write(metadata().put("deepseek2.expert_gating_func", 2), inParts);
        assertTheReferences(file, LoadOptions.defaults(), 2e-4);
        Path folder = temporary.resolve("converted");
        GlmModel.convert(file, folder, ConversionOptions.builder().build());
        assertTheReferences(folder, LoadOptions.defaults(), 2e-4);
        try (Checkpoint converted = Checkpoint.open(folder);
                Checkpoint golden =
                        Checkpoint.open(GoldenCase.open("glm4_moe_lite_mla").folder())) {
            String name = "model.layers.1.self_attn.kv_b_proj.weight";
            assertArrayEquals(
                    golden.tensor(name).toFloats(), converted.tensor(name).toFloats());
        }
    }

    @Test
    void quantisedPartsAreLikeTheQuantisedWhole() throws IOException {
        LoadOptions q8 = LoadOptions.builder().weights(WeightFormat.Q8).build();
        int[] ids = {3, 1, 4, 1, 5, 9, 2, 6};
        Path file = write(metadata().put("deepseek2.expert_gating_func", 2), true);
        try (GlmModel whole = GlmModel.load(GoldenCase.open("glm4_moe_lite_mla").folder(), q8);
                GlmModel parts = GlmModel.load(file, q8)) {
            float[][] expected = whole.logits(ids);
            float[][] found = parts.logits(ids);
            assertArrayEquals(expected, found);
            Path folder = temporary.resolve("quantised");
            GlmModel.quantize(file, folder, q8);
            try (GlmModel quantised = GlmModel.load(folder)) {
                assertArrayEquals(expected, quantised.logits(ids));
            }
        }
    }

    /** Without a word llama.cpp takes the softmax, except for the vocabulary of GLM-4.7-Flash. */
    @Test
    void otherGatesAreRefused() throws IOException {
        Path silent = write(metadata(), true);
        CheckpointException error = assertThrows(CheckpointException.class, () -> GlmModel.load(silent));
        assertTrue(
                String.valueOf(error.getMessage()).contains("expert_gating_func' is missing, expected 2, the sigmoid"),
                error::getMessage);
    }
}
