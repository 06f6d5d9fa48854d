package io.github.glmjava.family;

import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TiktokenTokenizer;
import io.github.glmjava.tokenizer.glm.Glm4PromptFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** GLM-4-9B and CodeGeeX4 as first published: the network of ChatGLM3, a byte-level tokenizer. */
final class Glm4Family extends RemoteCodeFamily {
    @Override
    public String name() {
        return "GLM-4";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws IOException {
        return isDialect(folder.config())
                && (folder.comesFrom("glm-4") || folder.comesFrom("chatglm4") || folder.comesFrom("codegeex4"));
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        Path file = folder.path().resolve("tokenizer.model");
        return Files.exists(file) ? new Glm4PromptFormat(TiktokenTokenizer.load(file)) : null;
    }
}
