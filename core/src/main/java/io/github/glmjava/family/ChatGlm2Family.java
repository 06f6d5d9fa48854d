package io.github.glmjava.family;

import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.glm.ChatGlm2PromptFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** ChatGLM2-6B and CodeGeeX2: what is left of the dialect when it is not one of the later families. */
final class ChatGlm2Family extends RemoteCodeFamily {
    @Override
    public String name() {
        return "ChatGLM2";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws IOException {
        return isDialect(folder.config());
    }

    /** As the code published with ChatGLM2-6B-32K does; all later code multiplies the base. */
    @Override
    boolean interpolatesPositions() {
        return true;
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        Path file = folder.path().resolve("tokenizer.model");
        return Files.exists(file) ? new ChatGlm2PromptFormat(SentencePieceTokenizer.load(file)) : null;
    }
}
