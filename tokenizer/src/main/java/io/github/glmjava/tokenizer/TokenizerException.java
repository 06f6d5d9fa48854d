package io.github.glmjava.tokenizer;

import java.io.IOException;

/**
 * A tokenizer file that is malformed, or that uses a feature which is not supported. The message names the file, the
 * field, what was found and what was expected.
 */
public final class TokenizerException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message file, field, what was found and what was expected */
    public TokenizerException(String message) {
        super(message);
    }

    /**
     * @param message file, field, what was found and what was expected
     * @param cause what a library said about it
     */
    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
