package io.github.glmjava.engine;

import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/** Mixtures of experts as llama.cpp's converter writes them: one tensor for all experts of a layer. The first layer is dense. */
final class GgufExperts {
    private static final Map<String, String> FEED_FORWARD = Map.of(
            "mlp.gate_proj.weight", "ffn_gate.weight",
            "mlp.up_proj.weight", "ffn_up.weight",
            "mlp.down_proj.weight", "ffn_down.weight",
            "mlp.gate.weight", "ffn_gate_inp.weight",
            "mlp.gate.e_score_correction_bias", "exp_probs_b.bias",
            "mlp.shared_experts.gate_proj.weight", "ffn_gate_shexp.weight",
            "mlp.shared_experts.up_proj.weight", "ffn_up_shexp.weight",
            "mlp.shared_experts.down_proj.weight", "ffn_down_shexp.weight");

    private GgufExperts() {}

    /**
     * Adds a model's tensors.
     *
     * @param attention what llama.cpp calls the tensors of a layer that are not its feed-forward's, as far as both have them
     */
    static void addTensors(
            GgufWriter writer, Checkpoint published, int layers, int experts, Map<String, String> attention)
            throws IOException {
        writer.converted("token_embd.weight", published.tensor("model.embed_tokens.weight"));
        writer.converted("output_norm.weight", published.tensor("model.norm.weight"));
        writer.converted("output.weight", published.tensor("lm_head.weight"));
        for (int layer = 0; layer < layers; layer++) {
            String from = "model.layers." + layer + ".";
            String to = "blk." + layer + ".";
            for (Map<String, String> names : List.of(attention, FEED_FORWARD)) {
                for (Map.Entry<String, String> name : names.entrySet()) {
                    StoredTensor tensor = published.find(from + name.getKey());
                    if (tensor != null) {
                        writer.converted(to + name.getValue(), tensor);
                    }
                }
            }
            if (layer > 0) {
                for (String part : List.of("gate", "up", "down")) {
                    addStack(writer, published, from, part, to, experts);
                }
            }
        }
    }

    private static void addStack(
            GgufWriter writer, Checkpoint published, String layer, String part, String block, int experts)
            throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<Long> shape = List.of();
        for (int expert = 0; expert < experts; expert++) {
            StoredTensor tensor = published.tensor(layer + "mlp.experts." + expert + "." + part + "_proj.weight");
            all.writeBytes(tensor.data().toArray(ValueLayout.JAVA_BYTE));
            shape = List.of(
                    (long) experts, tensor.shape().get(0), tensor.shape().get(1));
        }
        writer.tensor(block + "ffn_" + part + "_exps.weight", DType.BF16, shape, all.toByteArray());
    }
}
