package io.github.glmjava.tokenizer.answer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the descriptions of tools, JSON schemas, say of the arguments' types. Immutable. */
final class ToolTypes {
    private final Map<String, Set<String>> texts = new HashMap<>();

    /** @param tools each with {@code name} and {@code parameters}, by itself or as {@code function}; what is otherwise is skipped */
    ToolTypes(List<?> tools) {
        for (Object tool : tools) {
            Object function = field(tool, "function") == null ? tool : field(tool, "function");
            if (field(function, "name") instanceof String name
                    && field(field(function, "parameters"), "properties") instanceof Map<?, ?> properties) {
                Set<String> names = new HashSet<>();
                properties.forEach((argument, schema) -> {
                    if ("string".equals(field(schema, "type"))) {
                        names.add(String.valueOf(argument));
                    }
                });
                texts.put(name, names);
            }
        }
    }

    private static @Nullable Object field(@Nullable Object value, String name) {
        return value instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Whether an argument is described as a text. */
    boolean isText(String tool, String argument) {
        return texts.getOrDefault(tool, Set.of()).contains(argument);
    }
}
