package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** GLM-4-0414 and GLM-Z1 (modeling_glm4.py of transformers): {@code GlmFamily} with two more norms a block. */
final class Glm4NativeFamily implements ModelFamily {
    @Override
    public String name() {
        return "GLM-4-0414";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return NativeLayout.is(folder, "glm4");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        AttentionConfig attention = NativeLayout.attention(config);
        GlmConfig architecture = NativeLayout.architecture(config)
                .attention(attention)
                .rotary(NativeLayout.rotary(config, attention.keySize(), RotaryConfig.Pairing.NEIGHBOURS))
                .norm(NativeLayout.norm(config).withSublayerOutputs())
                .build();
        config.requireKnown();
        return architecture;
    }

    @Override
    public TensorNames tensorNames() {
        return NativeLayout.names()
                .name(TensorRole.ATTENTION_OUTPUT_NORM, NativeLayout.LAYER + "post_self_attn_layernorm.weight")
                .name(TensorRole.FEED_FORWARD_OUTPUT_NORM, NativeLayout.LAYER + "post_mlp_layernorm.weight")
                .name(TensorRole.GATE_AND_UP, NativeLayout.LAYER + "mlp.gate_up_proj.weight")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        return NativeLayout.promptFormat(folder.path());
    }
}
