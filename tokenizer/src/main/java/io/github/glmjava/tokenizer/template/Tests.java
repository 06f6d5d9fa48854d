package io.github.glmjava.tokenizer.template;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code is} can ask. */
final class Tests {
    private static final Set<String> NAMES = Set.of(
            "defined",
            "undefined",
            "none",
            "string",
            "number",
            "integer",
            "float",
            "boolean",
            "true",
            "false",
            "mapping",
            "iterable",
            "sequence",
            "in",
            "eq",
            "equalto",
            "ne");

    private Tests() {}

    static boolean exists(String name) {
        return NAMES.contains(name);
    }

    static boolean holds(String name, @Nullable Object value, ArgumentValues arguments) {
        if (List.of("in", "eq", "equalto", "ne").contains(name)) {
            Object other = arguments.bind("the test " + name, 1, "other").getFirst();
            return switch (name) {
                case "in" -> Values.contains(other, value);
                case "ne" -> !Values.areEqual(value, other);
                default -> Values.areEqual(value, other);
            };
        }
        arguments.bind("the test " + name, 0);
        boolean text = value instanceof TracedText;
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> text;
            // In Python a boolean is a number.
            case "number" -> value instanceof Number || value instanceof Boolean;
            case "integer" -> value instanceof Number && !(value instanceof Double);
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "mapping" -> value instanceof Map<?, ?>;
            case "iterable", "sequence" ->
                text || value instanceof List<?> || value instanceof Map<?, ?> || value instanceof Undefined;
            default -> throw new TemplateException("unknown test '" + name + "'");
        };
    }
}
