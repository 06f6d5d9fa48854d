package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.python.PythonJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's wish to use a tool. Whoever runs the tool gives its result back as a {@link ChatMessage#observation}.
 *
 * @param name the tool
 * @param content the arguments as the model wrote them, or the code for a tool that takes code
 * @param arguments the arguments by name, as JSON values: whole numbers are Long or BigInteger, others Double; null if the tool
 *     takes code
 */
public record ToolCall(
        String name, String content, @Nullable Map<String, @Nullable Object> arguments) {
    /** The arguments as the text of a JSON object, on one line; without arguments an empty object. */
    public String argumentsJson() {
        return PythonJson.compact(arguments == null ? Map.of() : arguments);
    }
}
