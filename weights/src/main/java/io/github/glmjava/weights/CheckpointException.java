package io.github.glmjava.weights;

import java.io.IOException;

/**
 * A checkpoint file that is malformed, truncated, unsupported or not what the reader asked for. The message names the
 * file, the tensor or field, what was found and what was expected.
 */
public class CheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message file, tensor or field, found and expected */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * @param message file, tensor or field, found and expected
     * @param cause the lower-level failure
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
