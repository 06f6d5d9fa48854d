package io.github.glmjava;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What to generate: a prompt, options and possibly a way to cancel. Immutable; may be used many times.
 */
public final class GenerationRequest {
    private final Function<PromptFormat, int[]> prompt;
    private final @Nullable List<ChatMessage> chat;
    private final GenerationOptions options;
    private final @Nullable Cancellation cancellation;

    private GenerationRequest(
            Function<PromptFormat, int[]> prompt,
            @Nullable List<ChatMessage> chat,
            GenerationOptions options,
            @Nullable Cancellation cancellation) {
        this.prompt = prompt;
        this.chat = chat;
        this.options = options;
        this.cancellation = cancellation;
    }

    /**
     * An answer to one message of a user, in the family's chat prompt.
     *
     * @param text what the user says
     * @return a request
     */
    public static GenerationRequest ofText(String text) {
        return ofChat(List.of(ChatMessage.user(text)));
    }

    /**
     * The next answer in a conversation. For conversations of several turns a {@link ChatSession} saves computing the
     * earlier ones again.
     *
     * @param messages oldest first, at least one; the last one is not the model's
     * @return a request
     */
    public static GenerationRequest ofChat(List<ChatMessage> messages) {
        List<ChatMessage> copy = List.copyOf(messages);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("a conversation needs at least one message");
        }
        return new GenerationRequest(format -> format.encodeChat(copy), copy, GenerationOptions.unset(), null);
    }

    /**
     * A plain continuation of a text, with the family's prefix but no chat prompt.
     *
     * @param text the beginning
     * @return a request
     */
    public static GenerationRequest ofCompletion(String text) {
        return new GenerationRequest(format -> format.encodeText(text), null, GenerationOptions.unset(), null);
    }

    /**
     * A continuation of tokens, which are used as they are.
     *
     * @param ids token ids of the model, at least one
     * @return a request
     */
    public static GenerationRequest ofTokens(int... ids) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a prompt needs at least one token");
        }
        int[] copy = ids.clone();
        return new GenerationRequest(format -> copy.clone(), null, GenerationOptions.unset(), null);
    }

    /**
     * The same prompt with other options.
     *
     * @param options what is unset in them comes from the model
     * @return a new request
     */
    public GenerationRequest withOptions(GenerationOptions options) {
        return new GenerationRequest(prompt, chat, options, cancellation);
    }

    /**
     * The same request that can be cancelled.
     *
     * @param cancellation the caller's end of it
     * @return a new request
     */
    public GenerationRequest withCancellation(Cancellation cancellation) {
        return new GenerationRequest(prompt, chat, options, cancellation);
    }

    /** The options, all unset by default. */
    public GenerationOptions options() {
        return options;
    }

    /** The way to cancel, if there is one. */
    public Optional<Cancellation> cancellation() {
        return Optional.ofNullable(cancellation);
    }

    /**
     * The prompt's ids.
     *
     * @param format the family's prompts
     * @return a new array
     */
    int[] encode(PromptFormat format) {
        return prompt.apply(format);
    }

    /** Whether the prompt is a conversation, so that the answer is to be taken apart. */
    boolean isChat() {
        return chat != null;
    }

    /** The tools that the conversation offers. */
    List<?> tools() {
        return chat == null ? List.of() : ChatMessage.tools(chat);
    }
}
