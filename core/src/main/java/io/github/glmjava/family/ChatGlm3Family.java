package io.github.glmjava.family;

import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.glm.ChatGlm3PromptFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** ChatGLM3-6B with its long-context variants: the network of ChatGLM2, prompts with role tokens. */
final class ChatGlm3Family extends RemoteCodeFamily {
    @Override
    public String name() {
        return "ChatGLM3";
    }

    @Override
    public boolean recognises(ModelFolder folder) throws IOException {
        if (!isDialect(folder.config()) || folder.comesFrom("chatglm2") || folder.comesFrom("codegeex2")) {
            return false;
        }
        ConfigFields tokenizerConfig = folder.tokenizerConfig();
        return folder.comesFrom("chatglm3") || (tokenizerConfig != null && tokenizerConfig.has("chat_template"));
    }

    @Override
    public @Nullable PromptFormat promptFormat(ModelFolder folder) throws IOException {
        Path file = folder.path().resolve("tokenizer.model");
        return Files.exists(file) ? new ChatGlm3PromptFormat(SentencePieceTokenizer.load(file)) : null;
    }
}
