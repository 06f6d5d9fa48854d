package io.github.glmjava.tokenizer.glm;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's wish to use a tool.
 *
 * @param name the tool
 * @param content what the model wrote below the name
 * @param parameters the arguments by name, as JSON values with whole numbers as Long or BigInteger and others as Double; null if
 *     the content is no such call, for instance because the tool takes code
 */
public record ToolCall(
        String name, String content, @Nullable Map<String, @Nullable Object> parameters) {}
