package io.github.glmjava.family;

import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One family of models: its dialect of {@code config.json}, its tensor names and its prompts. */
public interface ModelFamily {
    /** The family's name as people know it. */
    String name();

    /** Whether a model folder is of this family. */
    boolean recognises(ModelFolder folder) throws IOException;

    /**
     * Reads the architecture.
     *
     * @throws CheckpointException if a field is missing, out of range, or asks for something unsupported
     * @throws IOException if another file that it depends on is malformed or cannot be read
     */
    GlmConfig architecture(ConfigFields config) throws IOException;

    /** What the tensors are called. */
    TensorNames tensorNames();

    /** Reads the folder's tokenizer; null if the folder has none, which is enough to compute logits. */
    @Nullable
    PromptFormat promptFormat(ModelFolder folder) throws IOException;
}
