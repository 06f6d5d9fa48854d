package io.github.glmjava.evaluation;

import io.github.glmjava.evaluation.ModelShape.Tensor;
import io.github.glmjava.evaluation.ModelShape.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The dimensions of a model in the layout of GLM-4.7-Flash's checkpoint: latent attention, one layer with a dense network and
 * then mixtures of experts with one shared expert.
 */
record FlashDimensions(
        int hiddenSize,
        int layers,
        int heads,
        int queryRank,
        int latentRank,
        int plainSize,
        int rotarySize,
        int valueSize,
        int feedForwardSize,
        int experts,
        int expertsPerToken,
        int expertSize,
        int vocabularySize,
        int contextLength) {
    ModelShape shape(String name) {
        return new ModelShape(name, configJson(name), tensors());
    }

    private String configJson(String name) {
        return String.format(
                Locale.ROOT,
                """
                {
                  "_name_or_path": "synthetic/%s",
                  "model_type": "glm4_moe_lite",
                  "hidden_size": %d,
                  "num_hidden_layers": %d,
                  "num_attention_heads": %d,
                  "num_key_value_heads": %d,
                  "q_lora_rank": %d,
                  "kv_lora_rank": %d,
                  "qk_nope_head_dim": %d,
                  "qk_rope_head_dim": %d,
                  "v_head_dim": %d,
                  "intermediate_size": %d,
                  "n_routed_experts": %d,
                  "num_experts_per_tok": %d,
                  "moe_intermediate_size": %d,
                  "vocab_size": %d,
                  "max_position_embeddings": %d,
                  "n_shared_experts": 1,
                  "first_k_dense_replace": 1,
                  "n_group": 1,
                  "topk_group": 1,
                  "topk_method": "noaux_tc",
                  "norm_topk_prob": true,
                  "routed_scaling_factor": 1.8,
                  "attention_bias": false,
                  "hidden_act": "silu",
                  "partial_rotary_factor": 1.0,
                  "rms_norm_eps": 1e-05,
                  "rope_theta": 1000000,
                  "tie_word_embeddings": false,
                  "torch_dtype": "bfloat16"
                }
                """,
                name,
                hiddenSize,
                layers,
                heads,
                heads,
                queryRank,
                latentRank,
                plainSize,
                rotarySize,
                valueSize,
                feedForwardSize,
                experts,
                expertsPerToken,
                expertSize,
                vocabularySize,
                contextLength);
    }

    private List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.of("model.embed_tokens.weight", Use.EMBEDDING, vocabularySize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            tensors.add(Tensor.of(prefix + "input_layernorm.weight", Use.VECTOR, hiddenSize));
            addAttention(tensors, prefix + "self_attn.");
            tensors.add(Tensor.of(prefix + "post_attention_layernorm.weight", Use.VECTOR, hiddenSize));
            if (layer == 0) {
                addGated(tensors, prefix + "mlp.", feedForwardSize);
            } else {
                addMixture(tensors, prefix + "mlp.");
            }
        }
        tensors.add(Tensor.of("model.norm.weight", Use.VECTOR, hiddenSize));
        tensors.add(Tensor.of("lm_head.weight", Use.HEAD, vocabularySize, hiddenSize));
        return tensors;
    }

    private void addAttention(List<Tensor> tensors, String prefix) {
        int querySize = plainSize + rotarySize;
        tensors.add(Tensor.of(prefix + "q_a_proj.weight", Use.ATTENTION, queryRank, hiddenSize));
        tensors.add(Tensor.of(prefix + "q_a_layernorm.weight", Use.VECTOR, queryRank));
        tensors.add(Tensor.of(prefix + "q_b_proj.weight", Use.ATTENTION, (long) heads * querySize, queryRank));
        tensors.add(
                Tensor.of(prefix + "kv_a_proj_with_mqa.weight", Use.ATTENTION, latentRank + rotarySize, hiddenSize));
        tensors.add(Tensor.of(prefix + "kv_a_layernorm.weight", Use.VECTOR, latentRank));
        tensors.add(Tensor.of(
                prefix + "kv_b_proj.weight", Use.LATENT_UP, (long) heads * (plainSize + valueSize), latentRank));
        tensors.add(Tensor.of(prefix + "o_proj.weight", Use.ATTENTION, hiddenSize, (long) heads * valueSize));
    }

    private void addMixture(List<Tensor> tensors, String prefix) {
        tensors.add(Tensor.of(prefix + "gate.weight", Use.ROUTER, experts, hiddenSize));
        tensors.add(Tensor.of(prefix + "gate.e_score_correction_bias", Use.VECTOR, experts));
        for (int expert = 0; expert < experts; expert++) {
            addGated(tensors, prefix + "experts." + expert + ".", expertSize);
        }
        addGated(tensors, prefix + "shared_experts.", expertSize);
    }

    private void addGated(List<Tensor> tensors, String prefix, int size) {
        tensors.add(Tensor.of(prefix + "gate_proj.weight", Use.GATE_AND_UP, size, hiddenSize));
        tensors.add(Tensor.of(prefix + "up_proj.weight", Use.GATE_AND_UP, size, hiddenSize));
        tensors.add(Tensor.of(prefix + "down_proj.weight", Use.DOWN, hiddenSize, size));
    }
}
