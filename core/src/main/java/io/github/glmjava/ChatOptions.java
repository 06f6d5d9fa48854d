package io.github.glmjava;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a {@link ChatSession} begins and generates. Immutable. */
public final class ChatOptions {
    private final List<ChatMessage> messages;
    private final GenerationOptions generation;

    private ChatOptions(List<ChatMessage> messages, GenerationOptions generation) {
        this.messages = messages;
        this.generation = generation;
    }

    /** An empty conversation with the model's own defaults. */
    public static ChatOptions defaults() {
        return builder().build();
    }

    /** A builder with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** What the conversation starts with: the system message, if there is one, and earlier messages; oldest first. */
    public List<ChatMessage> messages() {
        return messages;
    }

    /** The options of every turn that does not bring its own. */
    public GenerationOptions generation() {
        return generation;
    }

    /** Collects chat options. Not safe for use by several threads. */
    public static final class Builder {
        private @Nullable String system;
        private @Nullable List<?> tools;
        private List<ChatMessage> messages = List.of();
        private GenerationOptions generation = GenerationOptions.unset();

        private Builder() {}

        /**
         * Instructions that hold for the whole conversation.
         *
         * @param system the system message
         * @return this
         */
        public Builder system(String system) {
            this.system = system;
            return this;
        }

        /**
         * Tools that the model may call, put into the system message.
         *
         * @param tools JSON values: maps, lists, strings, numbers, booleans, null
         * @return this
         */
        public Builder tools(List<?> tools) {
            this.tools = tools;
            return this;
        }

        /**
         * Continues a conversation, such as an earlier {@link ChatSession#history}. The messages are computed with the
         * first turn.
         *
         * @param messages oldest first; may begin with a system message if neither {@link #system} nor {@link #tools}
         *     is set
         * @return this
         */
        public Builder messages(List<ChatMessage> messages) {
            this.messages = List.copyOf(messages);
            return this;
        }

        /**
         * The options of every turn that does not bring its own.
         *
         * @param generation what is unset in them comes from the model
         * @return this
         */
        public Builder generation(GenerationOptions generation) {
            this.generation = generation;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if there are two system messages
         */
        public ChatOptions build() {
            if (system == null && tools == null) {
                return new ChatOptions(messages, generation);
            }
            if (!messages.isEmpty() && messages.getFirst().role() == ChatRole.SYSTEM) {
                throw new IllegalArgumentException(
                        "the earlier messages begin with a system message, so system and tools must not be set");
            }
            List<ChatMessage> all = new ArrayList<>();
            all.add(new ChatMessage(ChatRole.SYSTEM, "", system == null ? "" : system, tools));
            all.addAll(messages);
            return new ChatOptions(List.copyOf(all), generation);
        }
    }
}
