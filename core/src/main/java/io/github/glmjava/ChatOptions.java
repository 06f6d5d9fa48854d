package io.github.glmjava;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a {@link ChatSession} begins and generates. Immutable. */
public final class ChatOptions {
    private final List<ChatMessage> messages;
    private final GenerationOptions generation;
    private final Map<String, Object> promptVariables;

    private ChatOptions(List<ChatMessage> messages, GenerationOptions generation, Map<String, Object> promptVariables) {
        this.messages = messages;
        this.generation = generation;
        this.promptVariables = promptVariables;
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

    /** Values for the variables of the model's chat template; mostly empty. */
    public Map<String, Object> promptVariables() {
        return promptVariables;
    }

    /** Collects chat options. Not safe for use by several threads. */
    public static final class Builder {
        private @Nullable String system;
        private @Nullable List<?> tools;
        private List<ChatMessage> messages = List.of();
        private GenerationOptions generation = GenerationOptions.unset();
        private final Map<String, Object> promptVariables = new HashMap<>();

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
         * Whether the model is to think before it answers, for the families whose template asks ({@code enable_thinking}: GLM-4.5
         * and later).
         *
         * @param thinking what is not set is the template's choice
         * @return this
         */
        public Builder thinking(boolean thinking) {
            return promptVariable("enable_thinking", thinking);
        }

        /**
         * A value for a variable of the model's chat template. A family whose prompt is not defined by a template rejects it when
         * the chat begins.
         *
         * @param name the variable
         * @param value a JSON value
         * @return this
         */
        public Builder promptVariable(String name, Object value) {
            promptVariables.put(name, value);
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if there are two system messages
         */
        public ChatOptions build() {
            if (system == null && tools == null) {
                return new ChatOptions(messages, generation, Map.copyOf(promptVariables));
            }
            if (!messages.isEmpty() && messages.getFirst().role() == ChatRole.SYSTEM) {
                throw new IllegalArgumentException(
                        "the earlier messages begin with a system message, so system and tools must not be set");
            }
            List<ChatMessage> all = new ArrayList<>();
            all.add(new ChatMessage(ChatRole.SYSTEM, "", system == null ? "" : system, tools));
            all.addAll(messages);
            return new ChatOptions(List.copyOf(all), generation, Map.copyOf(promptVariables));
        }
    }
}
