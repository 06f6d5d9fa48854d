package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufFile;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The architectures of llama.cpp that are GLMs. */
final class GgufDialects {
    private static final Map<String, String> NATIVE_ROOT =
            Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");

    private static final Map<String, String> ATTENTION = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_q_norm", "self_attn.q_norm",
            "attn_k_norm", "self_attn.k_norm",
            "attn_output", "self_attn.o_proj");

    /** Expert tensors hold all experts; {@link GgufModel} takes them apart at the star. */
    private static final Map<String, String> EXPERTS = Map.of(
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj",
            "ffn_gate_inp", "mlp.gate",
            "ffn_gate_exps", "mlp.experts.*.gate_proj",
            "ffn_up_exps", "mlp.experts.*.up_proj",
            "ffn_down_exps", "mlp.experts.*.down_proj",
            "ffn_gate_shexp", "mlp.shared_experts.gate_proj",
            "ffn_up_shexp", "mlp.shared_experts.up_proj",
            "ffn_down_shexp", "mlp.shared_experts.down_proj");

    private static final GgufDialect CHATGLM = new GgufDialect(
            Map.of(
                    "token_embd", "transformer.embedding.word_embeddings",
                    "output_norm", "transformer.encoder.final_layernorm",
                    "output", "transformer.output_layer"),
            "transformer.encoder.layers.",
            Map.of(
                    "attn_norm", "input_layernorm",
                    "attn_qkv", "self_attention.query_key_value",
                    "attn_output", "self_attention.dense",
                    "ffn_norm", "post_attention_layernorm",
                    "ffn_up", "mlp.dense_h_to_4h",
                    "ffn_down", "mlp.dense_4h_to_h"),
            GgufDialects::writeChatGlm);

    /** GLM-Edge and glm-4-9b-hf are "chatglm" too, with queries, keys and values apart. */
    private static final GgufDialect GLM = new GgufDialect(
            NATIVE_ROOT,
            "model.layers.",
            and(
                    ATTENTION,
                    Map.of(
                            "ffn_norm", "post_attention_layernorm",
                            "ffn_up", "mlp.gate_up_proj",
                            "ffn_down", "mlp.down_proj")),
            (fields, file, config) -> writeNative("glm", fields, file, config));

    private static final GgufDialect GLM4 = new GgufDialect(
            NATIVE_ROOT,
            "model.layers.",
            and(
                    GLM.blockNames(),
                    Map.of(
                            "post_attention_norm", "post_self_attn_layernorm",
                            "post_ffw_norm", "post_mlp_layernorm")),
            (fields, file, config) -> writeNative("glm4", fields, file, config));

    private static final GgufDialect GLM4_MOE = new GgufDialect(
            NATIVE_ROOT,
            "model.layers.",
            and(and(ATTENTION, EXPERTS), Map.of("post_attention_norm", "post_attention_layernorm")),
            GgufDialects::writeMoe);

    private GgufDialects() {}

    /**
     * The dialect of a file.
     *
     * @throws CheckpointException if it is not a GLM's
     */
    static GgufDialect of(GgufFile file) throws CheckpointException {
        return switch (file.metadata().text("general.architecture")) {
            case "chatglm" -> file.tensors().containsKey("blk.0.attn_qkv.weight") ? CHATGLM : GLM;
            case "glm4" -> GLM4;
            case "glm4moe" -> GLM4_MOE;
            default -> throw file.metadata().wrong("general.architecture", "one of chatglm, glm4, glm4moe");
        };
    }

    private static Map<String, String> and(Map<String, String> first, Map<String, String> second) {
        Map<String, String> all = new HashMap<>(first);
        all.putAll(second);
        return Map.copyOf(all);
    }

    /** The fields of {@code ChatGLMConfig}. Byte-level tokens tell GLM-4 from ChatGLM3. */
    private static void writeChatGlm(GgufFields fields, GgufFile file, ObjectNode config) throws CheckpointException {
        fields.requireNoRopeScaling();
        boolean byteLevel =
                file.metadata().text("tokenizer.ggml.model", "llama").equals("gpt2");
        int headSize = fields.headSize();
        if (fields.integer("rope.dimension_count", headSize / 2) * 2 != headSize) {
            throw file.metadata().wrong("chatglm.rope.dimension_count", "half of a head's " + headSize);
        }
        config.put("_name_or_path", byteLevel ? "THUDM/glm-4-9b-chat" : "THUDM/chatglm3-6b")
                .put("model_type", "chatglm")
                .put("add_bias_linear", false)
                .put("add_qkv_bias", file.tensors().containsKey("blk.0.attn_qkv.bias"))
                .put("ffn_hidden_size", fields.integer("feed_forward_length"))
                .put("hidden_size", fields.integer("embedding_length"))
                .put("kv_channels", headSize)
                .put("layernorm_epsilon", fields.number("attention.layer_norm_rms_epsilon"))
                .put("multi_query_attention", true)
                .put("multi_query_group_num", fields.integer("attention.head_count_kv"))
                .put("num_attention_heads", fields.integer("attention.head_count"))
                .put("num_layers", fields.integer("block_count"))
                .put("original_rope", true)
                .put("padded_vocab_size", GgufFields.vocabulary(file))
                .put("post_layer_norm", true)
                .put("rmsnorm", true)
                .put("rope_ratio", fields.number("rope.freq_base", 10000) / 10000)
                .put("seq_length", fields.integer("context_length"));
        fields.writeStopIds(config);
    }

    private static void writeNative(String modelType, GgufFields fields, GgufFile file, ObjectNode config)
            throws CheckpointException {
        fields.requireNoRopeScaling();
        int headSize = fields.headSize();
        config.put("model_type", modelType)
                .put("attention_bias", file.tensors().containsKey("blk.0.attn_q.bias"))
                .put("head_dim", headSize)
                .put("hidden_act", "silu")
                .put("hidden_size", fields.integer("embedding_length"))
                .put("intermediate_size", fields.integer("feed_forward_length"))
                .put("max_position_embeddings", fields.integer("context_length"))
                .put("num_attention_heads", fields.integer("attention.head_count"))
                .put("num_hidden_layers", fields.integer("block_count") - fields.integer("nextn_predict_layers", 0))
                .put("num_key_value_heads", fields.integer("attention.head_count_kv"))
                .put("partial_rotary_factor", (double) fields.integer("rope.dimension_count") / headSize)
                .put("rms_norm_eps", fields.number("attention.layer_norm_rms_epsilon"))
                .put("rope_theta", fields.number("rope.freq_base", 10000))
                .put("tie_word_embeddings", !file.tensors().containsKey("output.weight"))
                .put("vocab_size", GgufFields.vocabulary(file));
        fields.writeStopIds(config);
    }

    /** Sigmoid is 2 of llama.cpp's gating functions, and what this architecture uses if nothing is said. */
    private static void writeMoe(GgufFields fields, GgufFile file, ObjectNode config) throws CheckpointException {
        writeNative("glm4_moe", fields, file, config);
        if (fields.integer("expert_gating_func", 2) != 2) {
            throw file.metadata().wrong("glm4moe.expert_gating_func", "2, the sigmoid");
        }
        config.put("use_qk_norm", file.tensors().containsKey("blk.0.attn_q_norm.weight"))
                .put("moe_intermediate_size", fields.integer("expert_feed_forward_length"))
                .put("n_routed_experts", fields.integer("expert_count"))
                .put("n_shared_experts", fields.integer("expert_shared_count"))
                .put("num_experts_per_tok", fields.integer("expert_used_count"))
                .put("first_k_dense_replace", fields.integer("leading_dense_block_count", 0))
                .put("n_group", fields.integer("expert_group_count", 1))
                .put("topk_group", fields.integer("expert_group_used_count", 1))
                .put("norm_topk_prob", fields.flag("expert_weights_norm", false))
                .put("routed_scaling_factor", fields.number("expert_weights_scale", 1))
                .put("num_nextn_predict_layers", fields.integer("nextn_predict_layers", 0));
    }
}
