package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.answer.AnswerLayout;
import io.github.glmjava.tokenizer.answer.NamedTokenDecoder;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.python.PythonText;
import io.github.glmjava.tokenizer.template.ChatTemplate;
import io.github.glmjava.tokenizer.template.TemplateException;
import io.github.glmjava.tokenizer.template.TracedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of the families that are published with a {@code tokenizer.json} and describe their prompt by a chat template: GLM-Edge,
 * glm-4-9b-hf, GLM-4-0414, GLM-Z1, GLM-4.5 and later.
 *
 * <p>The whole conversation is rendered and encoded in one go, as the original does, except that names of control tokens count only
 * where the template wrote them: those in a message stay text.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class TemplatePromptFormat implements PromptFormat {
    private static final List<String> STOP_TOKENS = List.of("<|endoftext|>", "<|user|>", "<|observation|>");

    private final HuggingFaceTokenizer tokenizer;
    private final @Nullable ChatTemplate template;
    private final Map<String, ?> variables;
    private final AnswerFormat answers;

    private TemplatePromptFormat(
            HuggingFaceTokenizer tokenizer, @Nullable ChatTemplate template, Map<String, ?> variables) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.variables = variables;
        this.answers = answers(template, variables);
    }

    /**
     * A prompt format.
     *
     * @param tokenizer the model's
     * @param template null if the model has none; then only texts can be encoded
     */
    public static TemplatePromptFormat of(HuggingFaceTokenizer tokenizer, @Nullable ChatTemplate template) {
        return new TemplatePromptFormat(tokenizer, template, Map.of());
    }

    /**
     * Reads {@code tokenizer.json} and the template of a model folder: {@code chat_template.jinja}, or {@code chat_template} in
     * {@code tokenizer_config.json}.
     *
     * @throws TokenizerException if one of them is malformed or not supported
     * @throws IOException if a file cannot be read
     */
    public static TemplatePromptFormat load(Path folder) throws IOException {
        return of(HuggingFaceTokenizer.load(folder.resolve("tokenizer.json")), ChatTemplateFiles.load(folder));
    }

    /**
     * The same with values for variables of the template, such as {@code enable_thinking}.
     *
     * @param more JSON values by name
     */
    @Override
    public TemplatePromptFormat withVariables(Map<String, ?> more) {
        Map<String, Object> all = new HashMap<>(variables);
        all.putAll(more);
        return new TemplatePromptFormat(tokenizer, template, all);
    }

    @Override
    public HuggingFaceTokenizer tokenizer() {
        return tokenizer;
    }

    /** {@inheritDoc} Here it is what the post-processor of the file puts around a text. */
    @Override
    public int[] encodeText(String text) {
        IntList ids = new IntList(text.length() / 2);
        ids.addAll(tokenizer.prefixIds());
        ids.addAll(tokenizer.encode(text));
        ids.addAll(tokenizer.suffixIds());
        return ids.toArray();
    }

    /** {@inheritDoc} Tools of a system message go where the template wants them. */
    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        if (messages.isEmpty() || messages.getLast().role() == ChatRole.ASSISTANT) {
            throw new IllegalArgumentException("the conversation does not end with a message to be answered");
        }
        TracedText prompt = render(messages);
        return tokenizer.encode(prompt.toString(), prompt);
    }

    /** The text of a prompt, which knows what in it the template wrote. */
    TracedText render(List<ChatMessage> messages) {
        if (template == null) {
            throw new IllegalArgumentException("the model has no chat template: only texts can be continued");
        }
        boolean toolsInMessage = template.usesText("tools");
        List<Map<String, Object>> values = new ArrayList<>();
        Map<String, Object> all = new HashMap<>(variables);
        for (ChatMessage message : messages) {
            Map<String, Object> value = value(message, template);
            List<?> tools = message.tools();
            if (tools != null && toolsInMessage) {
                value.put("tools", tools);
            } else if (tools != null && all.putIfAbsent("tools", tools) != null) {
                throw new IllegalArgumentException("two messages with tools, the model's template has them once");
            }
            if (tools == null || toolsInMessage || !message.content().isEmpty()) {
                values.add(value);
            }
        }
        all.put("messages", values);
        all.put("add_generation_prompt", true);
        return template.render(all);
    }

    private static String roleName(ChatRole role, ChatTemplate template) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case OBSERVATION -> template.usesText("tool") ? "tool" : "observation";
        };
    }

    private static Map<String, Object> value(ChatMessage message, ChatTemplate template) {
        Map<String, Object> value = new LinkedHashMap<>();
        // Some templates make a control token of the role's name.
        value.put("role", TracedText.ofTemplate(roleName(message.role(), template)));
        value.put("content", message.content());
        if (!message.metadata().isEmpty()) {
            value.put("metadata", message.metadata());
        }
        if (!message.reasoning().isEmpty()) {
            value.put("reasoning_content", message.reasoning());
        }
        if (!message.toolCalls().isEmpty()) {
            value.put(
                    "tool_calls",
                    message.toolCalls().stream()
                            .map(TemplatePromptFormat::value)
                            .toList());
        }
        return value;
    }

    private static Map<String, Object> value(ToolCall call) {
        Map<String, @Nullable Object> arguments = call.arguments();
        // A template may write them as JSON, in this order.
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments == null ? Map.of() : arguments);
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("type", "function");
        value.put("function", function);
        return value;
    }

    /**
     * {@inheritDoc} A template may write earlier messages differently once others follow, for one without their reasoning. So
     * there is no continuation.
     */
    @Override
    public boolean canContinue() {
        return false;
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        throw new UnsupportedOperationException("a chat template has no continuation; encode the whole conversation");
    }

    @Override
    public int[] stopIds() {
        return STOP_TOKENS.stream()
                .mapToInt(tokenizer::id)
                .filter(id -> id >= 0)
                .toArray();
    }

    @Override
    public AnswerFormat answerFormat() {
        return answers;
    }

    @Override
    public IncrementalDecoder newAnswerDecoder() {
        return new NamedTokenDecoder(tokenizer.id("<|assistant|>"), tokenizer.newDecoder(), tokenizer::newDecoder);
    }

    /** A template shows by how it writes earlier answers how the model writes them. */
    private static AnswerFormat answers(@Nullable ChatTemplate template, Map<String, ?> variables) {
        if (template == null) {
            return AnswerFormat.text();
        }
        AnswerLayout.CallSyntax calls = template.mentions("<arg_key>")
                ? AnswerLayout.CallSyntax.TAGGED
                : template.mentions("metadata") ? AnswerLayout.CallSyntax.NAME_AND_JSON : AnswerLayout.CallSyntax.NONE;
        return new AnswerLayout(reasoning(template, variables), calls, UnaryOperator.identity());
    }

    private static AnswerLayout.Reasoning reasoning(ChatTemplate template, Map<String, ?> variables) {
        if (!template.mentions("</think>")) {
            return AnswerLayout.Reasoning.NONE;
        }
        Map<String, Object> all = new HashMap<>(variables);
        all.put("messages", List.of(Map.of("role", "user", "content", "")));
        all.put("add_generation_prompt", true);
        try {
            String prompt = template.render(all).toString();
            return PythonText.strip(prompt).endsWith("<think>")
                    ? AnswerLayout.Reasoning.BEGUN_BY_PROMPT
                    : AnswerLayout.Reasoning.MARKED;
        } catch (TemplateException e) {
            // It wants more than a question. Encoding such a conversation reports that.
            return AnswerLayout.Reasoning.MARKED;
        }
    }
}
