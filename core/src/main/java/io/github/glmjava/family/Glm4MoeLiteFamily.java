package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.LatentConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** GLM-4.7-Flash (modeling_glm4_moe_lite.py of transformers): latent attention, mixtures of experts. */
final class Glm4MoeLiteFamily implements ModelFamily {
    private static final int MAX_SIZE = 1 << 16;

    @Override
    public String name() {
        return "GLM-4.7-Flash";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return NativeLayout.is(folder, "glm4_moe_lite");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        int heads = config.integer("num_attention_heads", 1, 1 << 14);
        config.integer("num_key_value_heads", heads, heads, heads);
        LatentConfig latent = new LatentConfig(
                config.integer("q_lora_rank", 1, MAX_SIZE, 0),
                config.integer("kv_lora_rank", 1, MAX_SIZE),
                config.integer("qk_nope_head_dim", 1, MAX_SIZE),
                config.integer("qk_rope_head_dim", 2, MAX_SIZE),
                config.integer("v_head_dim", 1, MAX_SIZE),
                1e-6f, // the code's default, whatever rms_norm_eps says
                config.flag("attention_bias", false));
        config.integer("qk_head_dim", latent.querySize(), latent.querySize(), latent.querySize());
        config.integer("head_dim", 1, MAX_SIZE, latent.rotarySize());
        AttentionConfig attention = latent.attention(heads);
        if (latent.rotarySize() % 2 != 0) {
            throw config.wrong("qk_rope_head_dim", latent.rotarySize(), "an even number: pairs are turned");
        }
        RopeFields rope = RopeFields.read(config, 1);
        if (rope.factor() != 1) {
            throw config.wrong("partial_rotary_factor", rope.factor(), "1: no other is supported");
        }
        RotaryConfig.Pairing pairing =
                config.flag("rope_interleave", true) ? RotaryConfig.Pairing.NEIGHBOURS : RotaryConfig.Pairing.HALVES;
        GlmConfig architecture = NativeLayout.architecture(config)
                .attention(attention)
                .rotary(new RotaryConfig(latent.rotarySize(), rope.base(), pairing))
                .feedForward(NativeLayout.feedForward(config).withExperts(NativeLayout.experts(config)))
                .build();
        config.requireKnown();
        return architecture;
    }

    @Override
    public TensorNames tensorNames() {
        String attention = NativeLayout.LAYER + "self_attn.";
        return NativeLayout.expertNames()
                .name(TensorRole.QUERY, attention + "q_proj.weight")
                .name(TensorRole.QUERY_DOWN, attention + "q_a_proj.weight")
                .name(TensorRole.QUERY_DOWN_NORM, attention + "q_a_layernorm.weight")
                .name(TensorRole.QUERY_UP, attention + "q_b_proj.weight")
                .name(TensorRole.LATENT_DOWN, attention + "kv_a_proj_with_mqa.weight")
                .name(TensorRole.LATENT_NORM, attention + "kv_a_layernorm.weight")
                .name(TensorRole.LATENT_UP, attention + "kv_b_proj.weight")
                .name(TensorRole.KEY_TO_LATENT, attention + "k_b_proj.{number}.weight")
                .name(TensorRole.LATENT_TO_VALUE, attention + "v_b_proj.{number}.weight")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        return NativeLayout.promptFormat(folder.path());
    }
}
