package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatRole;

/** The role tokens of ChatGLM3 and GLM-4. */
final class Roles {
    private Roles() {}

    static String token(ChatRole role) {
        return switch (role) {
            case SYSTEM -> "<|system|>";
            case USER -> "<|user|>";
            case ASSISTANT -> "<|assistant|>";
            case OBSERVATION -> "<|observation|>";
        };
    }
}
