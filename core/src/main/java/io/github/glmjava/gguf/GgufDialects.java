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

    /** One tensor holds these three, one after the other; {@link GgufModel} takes them apart. */
    static final String QUERY_KEY_VALUE = "self_attn.{q,k,v}_proj";

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

    /**
     * GLM-4-9B and GLM-Edge are "chatglm" too. In whichever layout they were published, they come out in that of transformers,
     * which has queries, keys and values apart and a {@code tokenizer.json}.
     */
    private static final GgufDialect GLM = new GgufDialect(
            NATIVE_ROOT,
            "model.layers.",
            and(
                    ATTENTION,
                    Map.of(
                            "attn_qkv", QUERY_KEY_VALUE,
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

    /**
     * GLM-4.7-Flash. The projection from the latent is there for each head, the keys' part transposed, as it is used while
     * decoding; older files have it as a whole.
     */
    private static final GgufDialect DEEPSEEK2 = new GgufDialect(
            NATIVE_ROOT,
            "model.layers.",
            and(
                    EXPERTS,
                    Map.ofEntries(
                            Map.entry("attn_norm", "input_layernorm"),
                            Map.entry("attn_q", "self_attn.q_proj"),
                            Map.entry("attn_q_a", "self_attn.q_a_proj"),
                            Map.entry("attn_q_a_norm", "self_attn.q_a_layernorm"),
                            Map.entry("attn_q_b", "self_attn.q_b_proj"),
                            Map.entry("attn_kv_a_mqa", "self_attn.kv_a_proj_with_mqa"),
                            Map.entry("attn_kv_a_norm", "self_attn.kv_a_layernorm"),
                            Map.entry("attn_kv_b", "self_attn.kv_b_proj"),
                            Map.entry("attn_k_b", "self_attn.k_b_proj.*"),
                            Map.entry("attn_v_b", "self_attn.v_b_proj.*"),
                            Map.entry("attn_output", "self_attn.o_proj"),
                            Map.entry("ffn_norm", "post_attention_layernorm"))),
            GgufDialects::writeLatent);

    /** Numbers of llama.cpp's gating functions. */
    private static final int SOFTMAX = 1;

    private static final int SIGMOID = 2;

    /** Where the metadata do not say how experts are gated: what llama.cpp takes for this model ({@code llama-model.cpp}). */
    private static final int FLASH_VOCABULARY = 154880;

    private GgufDialects() {}

    /**
     * The dialect of a file.
     *
     * @throws CheckpointException if it is not a GLM's
     */
    static GgufDialect of(GgufFile file) throws CheckpointException {
        return switch (file.metadata().text("general.architecture")) {
            case "chatglm" -> isByteLevel(file) ? GLM : CHATGLM;
            case "glm4" -> GLM4;
            case "glm4moe" -> GLM4_MOE;
            case "deepseek2" -> DEEPSEEK2;
            default -> throw file.metadata().wrong("general.architecture", "one of chatglm, glm4, glm4moe, deepseek2");
        };
    }

    private static Map<String, String> and(Map<String, String> first, Map<String, String> second) {
        Map<String, String> all = new HashMap<>(first);
        all.putAll(second);
        return Map.copyOf(all);
    }

    /** Byte-level tokens tell GLM-4 from ChatGLM3. */
    private static boolean isByteLevel(GgufFile file) throws CheckpointException {
        return file.metadata().text(GgufTokenizer.MODEL_KEY, "llama").equals(GgufTokenizer.BYTE_PAIRS)
                || !file.tensors().containsKey("blk.0.attn_qkv.weight");
    }

    /** The fields of {@code ChatGLMConfig}. */
    private static void writeChatGlm(GgufFields fields, GgufFile file, ObjectNode config) throws CheckpointException {
        fields.requireNoRopeScaling();
        int headSize = fields.headSize();
        if (fields.integer("rope.dimension_count", headSize / 2) * 2 != headSize) {
            throw file.metadata().wrong("chatglm.rope.dimension_count", "half of a head's " + headSize);
        }
        config.put("_name_or_path", "THUDM/chatglm3-6b")
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
        int headSize = fields.headSize();
        writeTrunk(modelType, fields, file, config);
        config.put(
                        "attention_bias",
                        file.tensors().containsKey("blk.0.attn_q.bias")
                                || file.tensors().containsKey("blk.0.attn_qkv.bias"))
                .put("head_dim", headSize)
                .put("num_key_value_heads", fields.integer("attention.head_count_kv"))
                .put("partial_rotary_factor", (double) fields.integer("rope.dimension_count") / headSize);
    }

    /** What all models of transformers have in common. */
    private static void writeTrunk(String modelType, GgufFields fields, GgufFile file, ObjectNode config)
            throws CheckpointException {
        fields.requireNoRopeScaling();
        config.put("model_type", modelType)
                .put("hidden_act", "silu")
                .put("hidden_size", fields.integer("embedding_length"))
                .put("intermediate_size", fields.integer("feed_forward_length"))
                .put("max_position_embeddings", fields.integer("context_length"))
                .put("num_attention_heads", fields.integer("attention.head_count"))
                .put("num_hidden_layers", fields.integer("block_count") - fields.integer("nextn_predict_layers", 0))
                .put("rms_norm_eps", fields.number("attention.layer_norm_rms_epsilon"))
                .put("rope_theta", fields.number("rope.freq_base", 10000))
                .put("tie_word_embeddings", !file.tensors().containsKey("output.weight"))
                .put("vocab_size", GgufFields.vocabulary(file));
        fields.writeStopIds(config);
    }

    /** Sigmoid is what this architecture uses if nothing is said. */
    private static void writeMoe(GgufFields fields, GgufFile file, ObjectNode config) throws CheckpointException {
        writeNative("glm4_moe", fields, file, config);
        config.put("use_qk_norm", file.tensors().containsKey("blk.0.attn_q_norm.weight"));
        writeExperts(SIGMOID, fields, config);
    }

    /** A head's key is {@code [plain, rotary]}; the lengths without {@code mla} are those of the latent in newer files. */
    private static void writeLatent(GgufFields fields, GgufFile file, ObjectNode config) throws CheckpointException {
        writeTrunk("glm4_moe_lite", fields, file, config);
        int rotary = fields.integer("rope.dimension_count");
        boolean named = fields.has("attention.key_length_mla");
        int key = fields.integer(named ? "attention.key_length_mla" : "attention.key_length");
        int value = fields.integer(named ? "attention.value_length_mla" : "attention.value_length");
        config.put("attention_bias", file.tensors().containsKey("blk.0.attn_q_a.bias"))
                .put("num_key_value_heads", fields.integer("attention.head_count"))
                .put("q_lora_rank", fields.integer("attention.q_lora_rank", 0))
                .put("kv_lora_rank", fields.integer("attention.kv_lora_rank"))
                .put("qk_nope_head_dim", key - rotary)
                .put("qk_rope_head_dim", rotary)
                .put("v_head_dim", value);
        boolean flash = GgufFields.vocabulary(file) == FLASH_VOCABULARY;
        writeExperts(flash ? SIGMOID : SOFTMAX, fields, config);
    }

    private static void writeExperts(int gating, GgufFields fields, ObjectNode config) throws CheckpointException {
        if (fields.integer("expert_gating_func", gating) != SIGMOID) {
            throw fields.wrong("expert_gating_func", SIGMOID + ", the sigmoid");
        }
        config.put("moe_intermediate_size", fields.integer("expert_feed_forward_length"))
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
