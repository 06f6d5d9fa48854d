package io.github.glmjava.family;

import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** All families that the engine knows. */
public final class ModelFamilies {
    /** The more particular ones first: the first that recognises a folder gets it. */
    private static final List<ModelFamily> FAMILIES = List.of(
            new Glm4Family(),
            new ChatGlm3Family(),
            new ChatGlm2Family(),
            new ChatGlmFamily(),
            new OriginalGlmFamily(),
            new GlmFamily(),
            new Glm4NativeFamily(),
            new Glm4MoeFamily(),
            new Glm4MoeLiteFamily());

    private ModelFamilies() {}

    /**
     * Finds a folder's family.
     *
     * @throws CheckpointException if there is none; the message lists what is supported
     */
    public static ModelFamily of(ModelFolder folder) throws IOException {
        for (ModelFamily family : FAMILIES) {
            if (family.recognises(folder)) {
                return family;
            }
        }
        throw new CheckpointException(folder.config().file() + ": model_type \""
                + folder.config().text("model_type") + "\" without "
                + folder.config().missing()
                + " is not supported; supported families: "
                + FAMILIES.stream().map(ModelFamily::name).collect(Collectors.joining(", ")));
    }
}
