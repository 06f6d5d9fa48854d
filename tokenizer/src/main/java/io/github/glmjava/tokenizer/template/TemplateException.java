package io.github.glmjava.tokenizer.template;

/**
 * A template that cannot be rendered with the given conversation: it says so itself ({@code raise_exception}), uses a value in a way
 * that its type does not allow, or exceeds a limit.
 */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened and in which line of which template */
    TemplateException(String message) {
        super(message);
    }
}
