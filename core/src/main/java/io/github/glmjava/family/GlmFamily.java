package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** GLM-Edge and GLM-4-9B as transformers has them itself (modeling_glm.py): {@code GlmForCausalLM}. */
final class GlmFamily implements ModelFamily {
    @Override
    public String name() {
        return "GLM (GLM-Edge, glm-4-9b-hf)";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws CheckpointException {
        return NativeLayout.is(folder, "glm");
    }

    @Override
    public GlmConfig architecture(ConfigFields config) throws CheckpointException {
        AttentionConfig attention = NativeLayout.attention(config);
        GlmConfig architecture = NativeLayout.architecture(config)
                .attention(attention)
                .rotary(NativeLayout.rotary(config, attention.keySize(), RotaryConfig.Pairing.NEIGHBOURS))
                .build();
        config.requireKnown();
        return architecture;
    }

    @Override
    public TensorNames tensorNames() {
        return NativeLayout.names()
                .name(TensorRole.GATE_AND_UP, NativeLayout.LAYER + "mlp.gate_up_proj.weight")
                .build();
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        return NativeLayout.promptFormat(folder.path());
    }
}
