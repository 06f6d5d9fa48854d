package io.github.glmjava;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its answer with a stop token, or the text reached a stop string. */
    STOP,
    /** The limit of tokens, or of the model's context, was reached. */
    LENGTH,
    /** The caller cancelled. */
    CANCELLED
}
