package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** GLM-4.5, 4.6 and 4.7 with Air (modeling_glm4_moe.py of transformers): mixtures of experts. */
final class Glm4MoeFamily implements ModelFamily {
    @Override
    public String name() {
        return "GLM-4.5";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return NativeLayout.is(folder, "glm4_moe");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        AttentionConfig attention = NativeLayout.attention(config).withQueryKeyNorm(config.flag("use_qk_norm", false));
        GlmConfig architecture = NativeLayout.architecture(config)
                .attention(attention)
                .rotary(NativeLayout.rotary(config, attention.keySize(), RotaryConfig.Pairing.HALVES))
                .feedForward(NativeLayout.feedForward(config).withExperts(NativeLayout.experts(config)))
                .build();
        config.requireKnown();
        return architecture;
    }

    @Override
    public TensorNames tensorNames() {
        return NativeLayout.expertNames()
                .name(TensorRole.QUERY_NORM, NativeLayout.LAYER + "self_attn.q_norm.weight")
                .name(TensorRole.KEY_NORM, NativeLayout.LAYER + "self_attn.k_norm.weight")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        return NativeLayout.promptFormat(folder.path());
    }
}
