package io.github.glmjava;

import io.github.glmjava.generation.GenerationLoop;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.TokenHistory;
import io.github.glmjava.generation.TokenSequence;
import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.PromptFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a model. It keeps what the model computed for earlier turns, so a new turn costs only its own
 * tokens.
 *
 * <p>A turn either happens or does not: if it ends by an exception (also a listener's), or is cancelled before the
 * first token of the answer, history and computed state are what they were before it. If it is cancelled later or
 * reaches a limit, the partial answer stays in the history like any other, and the conversation can go on. A
 * conversation that outgrows the model's context fails with an {@link IllegalArgumentException}; {@link #reset} starts
 * over.
 *
 * <p>Not safe for use by several threads at a time, nor from within its own listener; that is detected and answered with
 * an {@link IllegalStateException}. Only {@link #history} may be called at any time. To end a turn from another thread
 * use a {@link Cancellation}.
 */
public final class ChatSession implements AutoCloseable {
    private final GenerationSetup setup;
    private final PromptFormat format;
    private final TokenHistory tokens;
    private final GenerationOptions options;
    private final AtomicBoolean busy = new AtomicBoolean();

    private volatile List<ChatMessage> history;
    private boolean closed;

    /**
     * Whether the tokens are those of the history, so that a new message can be appended to them. If not, the whole
     * conversation is encoded again and compared with them.
     */
    private boolean inStep;

    /**
     * A conversation.
     *
     * @param setup the model's part
     * @param sequence empty; the session's own from now on
     * @param options how to begin and generate
     */
    ChatSession(GenerationSetup setup, TokenSequence sequence, ChatOptions options) {
        this.setup = setup;
        this.format = setup.format().withVariables(options.promptVariables());
        this.tokens = new TokenHistory(sequence);
        this.options = options.generation();
        this.history = options.messages();
    }

    /**
     * Says something and waits for the answer.
     *
     * @param text what the user says
     * @return the answer, which went into the history
     */
    public GenerationResult send(String text) {
        return send(ChatMessage.user(text), GenerationOptions.unset(), null, null);
    }

    /**
     * Says several things and waits for the answer: the results of the tools that the model called, each a
     * {@link ChatMessage#observation}, in the order of the calls.
     *
     * @param messages at least one; none of them the assistant's
     * @return the answer, which went into the history
     */
    public GenerationResult send(List<ChatMessage> messages) {
        return send(messages, GenerationOptions.unset(), null, null);
    }

    /**
     * Says something and listens to the answer.
     *
     * @param text what the user says
     * @param listener hears each token
     * @return the answer, which went into the history
     */
    public GenerationResult send(String text, TokenListener listener) {
        return send(ChatMessage.user(text), GenerationOptions.unset(), listener, null);
    }

    /**
     * Adds a message to the conversation and generates the answer.
     *
     * @param message from the user, or the result of a tool
     * @param turnOptions options of this turn; what is unset in them comes from the session, then from the model
     * @param listener hears each token; null if nobody listens
     * @param cancellation ends the turn early; null if nobody does
     * @return the answer, which went into the history
     * @throws IllegalArgumentException if the conversation is too long, or the family cannot express it
     * @throws IllegalStateException if the session is closed or in use
     */
    public GenerationResult send(
            ChatMessage message,
            GenerationOptions turnOptions,
            @Nullable TokenListener listener,
            @Nullable Cancellation cancellation) {
        return send(List.of(message), turnOptions, listener, cancellation);
    }

    /**
     * Adds messages to the conversation and generates the answer.
     *
     * @param messages as in {@link #send(List)}
     * @param turnOptions as for one message
     * @param listener as for one message
     * @param cancellation as for one message
     * @return the answer, which went into the history
     * @throws IllegalArgumentException if there are no messages, one is the assistant's, the conversation is too long, or the family
     *     cannot express it
     * @throws IllegalStateException if the session is closed or in use
     */
    public GenerationResult send(
            List<ChatMessage> messages,
            GenerationOptions turnOptions,
            @Nullable TokenListener listener,
            @Nullable Cancellation cancellation) {
        List<ChatMessage> said = List.copyOf(messages);
        if (said.isEmpty()) {
            throw new IllegalArgumentException("no messages");
        }
        if (said.stream().anyMatch(message -> message.role() == ChatRole.ASSISTANT)) {
            throw new IllegalArgumentException("a message of the assistant cannot be answered by the assistant");
        }
        return exclusively(() -> {
            checkOpen();
            return turn(said, turnOptions.withDefaults(options), listener, cancellation);
        });
    }

    private GenerationResult turn(
            List<ChatMessage> said,
            GenerationOptions turnOptions,
            @Nullable TokenListener listener,
            @Nullable Cancellation cancellation) {
        List<ChatMessage> earlier = history;
        int mark = tokens.length();
        try {
            if (inStep && format.canContinue()) {
                tokens.append(format.encodeContinuation(earlier, said));
            } else {
                tokens.replace(format.encodeChat(with(earlier, said)));
            }
            GenerationResult raw = new GenerationLoop(setup, tokens, turnOptions, cancellation, listener).run();
            AnswerFormat answers = format.answerFormat();
            List<?> tools = ChatMessage.tools(with(earlier, said));
            Answer parsed = answers.parse(raw.text(), tools);
            GenerationResult result = raw.withAnswer(parsed);
            int[] ids = raw.ids();
            if (raw.finishReason() == FinishReason.CANCELLED && ids.length == 0) {
                rollBack(mark);
                return result;
            }
            // A stop string is in the tokens, but the model is not to see it in the next turn.
            boolean asShown = format.newAnswerDecoder().all(ids).equals(raw.text());
            history = with(earlier, said, answers.messages(raw.text(), parsed));
            inStep = asShown && format.canContinue();
            return result;
        } catch (RuntimeException | Error failure) {
            try {
                rollBack(mark);
            } catch (RuntimeException | Error another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
    }

    /** Without this the tokens of a turn that did not happen would be taken for a part of the conversation. */
    private void rollBack(int mark) {
        if (inStep) {
            tokens.truncate(mark);
        }
    }

    @SafeVarargs
    private static List<ChatMessage> with(List<ChatMessage> messages, List<ChatMessage>... more) {
        List<ChatMessage> all = new ArrayList<>(messages);
        for (List<ChatMessage> part : more) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }

    /**
     * Takes apart what a listener hears of the next turn: to be given the text of each token, and finished when the turn is over.
     */
    public AnswerParser newAnswerParser() {
        return format.answerFormat().newParser(ChatMessage.tools(history));
    }

    /** The messages so far, with the system message; an unmodifiable snapshot. */
    public List<ChatMessage> history() {
        return history;
    }

    /** Forgets the conversation, except a system message at its beginning. */
    public void reset() {
        exclusively(() -> {
            checkOpen();
            tokens.truncate(0);
            inStep = false;
            history = history.stream()
                    .limit(1)
                    .filter(message -> message.role() == ChatRole.SYSTEM)
                    .toList();
            return history;
        });
    }

    /** Frees what the session holds; closing again does nothing. */
    @Override
    public void close() {
        exclusively(() -> {
            if (!closed) {
                closed = true;
                tokens.close();
            }
            return history;
        });
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the chat session is closed");
        }
    }

    private <T> T exclusively(Supplier<T> action) {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "the chat session is in use, by another thread or by the listener that is being called");
        }
        try {
            return action.get();
        } finally {
            busy.set(false);
        }
    }
}
