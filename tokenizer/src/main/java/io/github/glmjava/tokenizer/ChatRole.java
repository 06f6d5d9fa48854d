package io.github.glmjava.tokenizer;

/** Who speaks in a conversation. */
public enum ChatRole {
    SYSTEM,
    USER,
    ASSISTANT,
    /** The result of a tool call, given back to the model. */
    OBSERVATION
}
