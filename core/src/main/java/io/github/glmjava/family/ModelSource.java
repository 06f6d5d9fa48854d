package io.github.glmjava.family;

import io.github.glmjava.gguf.GgufModel;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model in its files, a published folder or one file of GGUF: what it says of itself, its weights, its tokenizer. */
public final class ModelSource implements AutoCloseable {
    private final ModelFolder files;
    private final ModelFamily family;
    private final Checkpoint checkpoint;
    private final @Nullable GgufModel gguf;

    private ModelSource(ModelFolder files, ModelFamily family, Checkpoint checkpoint, @Nullable GgufModel gguf) {
        this.files = files;
        this.family = family;
        this.checkpoint = checkpoint;
        this.gguf = gguf;
    }

    /**
     * Opens a model.
     *
     * @param path a folder with {@code config.json} and weights, or a file of GGUF
     * @param specialTokens as {@link io.github.glmjava.LoadOptions#specialTokens} has them
     * @throws CheckpointException if something is malformed, or the family is not known
     */
    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    public static ModelSource open(Path path, Map<String, Integer> specialTokens) throws IOException {
        if (GgufFile.isGguf(path)) {
            GgufModel gguf = GgufModel.open(path);
            try {
                ModelFolder files = new ModelFolder(path, ConfigFields.parse(gguf.config(), path), null);
                return new ModelSource(files, ModelFamilies.of(files), gguf, gguf);
            } catch (IOException | RuntimeException | Error e) {
                gguf.close();
                throw e;
            }
        }
        ModelFolder files = ModelFolder.read(path, specialTokens);
        ModelFamily family = ModelFamilies.of(files); // before a checkpoint of something else is looked for
        return new ModelSource(files, family, Checkpoint.open(path), null);
    }

    /** The configuration. */
    public ModelFolder files() {
        return files;
    }

    /** The family that it is of. */
    public ModelFamily family() {
        return family;
    }

    /** The weights. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /**
     * Reads the tokenizer and the form of prompts; null if there is none, which is enough to compute logits.
     *
     * @throws io.github.glmjava.tokenizer.TokenizerException if it is malformed or not supported
     */
    public @Nullable PromptFormat promptFormat() throws IOException {
        return gguf == null ? family.promptFormat(files) : gguf.promptFormat();
    }

    /**
     * What stands in for {@code generation_config.json} where there is no such file but the model's own says as much; else null.
     *
     * @throws CheckpointException if it is malformed
     */
    public byte @Nullable [] generationConfig() throws CheckpointException {
        return gguf == null ? null : gguf.generationConfig();
    }

    /** Writes into a folder all that belongs to a published model except the weights. */
    void writeFiles(Path target) throws IOException {
        if (gguf == null) {
            NewFolder.copyFiles(files.path(), target);
            files.config().writeStandIns(target);
        } else {
            gguf.writeFiles(target);
        }
    }

    /** Unmaps the weights. May be called more than once. */
    @Override
    public void close() {
        checkpoint.close();
    }
}
