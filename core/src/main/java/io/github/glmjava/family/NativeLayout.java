package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.ExpertsConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TemplatePromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the models that are part of transformers itself have in common: the fields of their {@code config.json} and the
 * names {@code model.layers.N.self_attn.q_proj.weight} and so on.
 */
final class NativeLayout {
    static final String LAYER = "model.layers.{layer}.";

    private NativeLayout() {}

    /** Whether the folder is of this {@code model_type} and of this dialect: the original GLM is a "glm" too. */
    static boolean is(ModelFolder folder, String modelType) throws CheckpointException {
        return folder.config().text("model_type").equals(modelType)
                && folder.config().has("rms_norm_eps");
    }

    /** The parts that all of these models have. */
    static GlmConfig.Builder architecture(ConfigFields config) throws CheckpointException {
        return GlmConfig.builder()
                .vocabularySize(config.integer("vocab_size", 1, 1 << 24))
                .hiddenSize(config.integer("hidden_size", 1, 1 << 20))
                .layers(config.integer("num_hidden_layers", 1, 1 << 12))
                .contextLength(config.integer("max_position_embeddings", 1, 1 << 24))
                .norm(norm(config))
                .feedForward(feedForward(config))
                .tiedHead(config.flag("tie_word_embeddings", false));
    }

    /** Grouped attention with or without a bias in front. */
    static AttentionConfig attention(ConfigFields config) throws CheckpointException {
        int hiddenSize = config.integer("hidden_size", 1, 1 << 20);
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        int groups = config.integer("num_key_value_heads", 1, heads, heads);
        if (heads % groups != 0) {
            throw config.wrong("num_key_value_heads", groups, "a divisor of num_attention_heads " + heads);
        }
        return AttentionConfig.grouped(heads, groups, config.integer("head_dim", 2, 1 << 12, hiddenSize / heads))
                .withBiases(config.flag("attention_bias", false), false);
    }

    /** The prompt that the folder's chat template defines; null if the folder has no tokenizer. */
    static @Nullable PromptFormat promptFormat(Path folder) throws IOException {
        return Files.exists(folder.resolve("tokenizer.json")) ? TemplatePromptFormat.load(folder) : null;
    }

    /** The part of a head that turns, by {@code partial_rotary_factor}. */
    static RotaryConfig rotary(ConfigFields config, int headSize, RotaryConfig.Pairing pairing)
            throws CheckpointException {
        RopeFields rope = RopeFields.read(config, 0.5);
        int size = (int) (headSize * rope.factor());
        if (rope.factor() > 1 || size < 2 || size % 2 != 0) {
            throw config.wrong(
                    "partial_rotary_factor",
                    rope.factor(),
                    "at most 1, and an even part of the " + headSize + " of a head");
        }
        return new RotaryConfig(size, rope.base(), pairing);
    }

    /** Norms in front of the sublayers. */
    static NormConfig norm(ConfigFields config) throws CheckpointException {
        return new NormConfig(NormConfig.Kind.ROOT_MEAN_SQUARE, config.positive("rms_norm_eps"));
    }

    /** Dense networks. */
    static FeedForwardConfig feedForward(ConfigFields config) throws CheckpointException {
        config.requireText("hidden_act", "silu");
        return new FeedForwardConfig(
                config.integer("intermediate_size", 1, 1 << 22), FeedForwardConfig.Activation.SWIGLU, false);
    }

    /** The mixtures of experts of the GLM-4.5 generation; sizes and factors must be stated: no guess stands in for them. */
    static ExpertsConfig experts(ConfigFields config) throws CheckpointException {
        config.requireText("topk_method", "noaux_tc");
        config.integer("num_nextn_predict_layers", 0, 16, 0); // their layers are not used, here as in transformers
        int experts = config.integer("n_routed_experts", 1, 1 << 14);
        int groups = config.integer("n_group", 1, experts);
        if (experts % groups != 0 || experts / groups < 2) {
            throw config.wrong(
                    "n_group", groups, "a divisor of n_routed_experts " + experts + ", at least two a group");
        }
        int size = config.integer("moe_intermediate_size", 1, 1 << 20);
        return new ExpertsConfig(
                config.integer("first_k_dense_replace", 0, 1 << 12),
                experts,
                config.integer("num_experts_per_tok", 1, experts),
                size,
                size * config.integer("n_shared_experts", 0, 1 << 8),
                groups,
                config.integer("topk_group", 1, groups),
                config.flag("norm_topk_prob", true),
                (float) config.positive("routed_scaling_factor"));
    }

    /** The names outside the feed-forward networks. */
    static TensorNames.Builder names() {
        return TensorNames.builder()
                .name(TensorRole.EMBEDDING, "model.embed_tokens.weight")
                .name(TensorRole.ATTENTION_NORM, LAYER + "input_layernorm.weight")
                .name(
                        TensorRole.QUERY_KEY_VALUE,
                        LAYER + "self_attn.q_proj.weight",
                        LAYER + "self_attn.k_proj.weight",
                        LAYER + "self_attn.v_proj.weight")
                .name(TensorRole.ATTENTION_OUTPUT, LAYER + "self_attn.o_proj.weight")
                .name(TensorRole.FEED_FORWARD_NORM, LAYER + "post_attention_layernorm.weight")
                .name(TensorRole.DOWN, LAYER + "mlp.down_proj.weight")
                .name(TensorRole.FINAL_NORM, "model.norm.weight")
                .name(TensorRole.HEAD, "lm_head.weight");
    }

    /** The names of a model with mixtures of experts, gates and ups apart. */
    static TensorNames.Builder expertNames() {
        String experts = LAYER + "mlp.experts.{number}.";
        String shared = LAYER + "mlp.shared_experts.";
        return names().name(TensorRole.GATE_AND_UP, LAYER + "mlp.gate_proj.weight", LAYER + "mlp.up_proj.weight")
                .name(TensorRole.ROUTER, LAYER + "mlp.gate.weight")
                .name(TensorRole.ROUTER_CORRECTION, LAYER + "mlp.gate.e_score_correction_bias")
                .name(TensorRole.EXPERT_GATE_AND_UP, experts + "gate_proj.weight", experts + "up_proj.weight")
                .name(TensorRole.EXPERT_DOWN, experts + "down_proj.weight")
                .name(TensorRole.SHARED_GATE_AND_UP, shared + "gate_proj.weight", shared + "up_proj.weight")
                .name(TensorRole.SHARED_DOWN, shared + "down_proj.weight")
                .ignoreFurtherLayers(LAYER);
    }
}
