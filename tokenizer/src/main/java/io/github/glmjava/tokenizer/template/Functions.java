package io.github.glmjava.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Functions {
    private static final Set<String> NAMES = Set.of("namespace", "range", "raise_exception");
    private static final int MAX_RANGE = 100_000;

    private Functions() {}

    static boolean exists(String name) {
        return NAMES.contains(name);
    }

    static Object call(String name, ArgumentValues arguments) {
        return switch (name) {
            case "namespace" -> namespace(arguments);
            case "range" -> range(arguments.bind(name, 1, "start", "stop"));
            case "raise_exception" ->
                throw new TemplateException("the template says: "
                        + Values.text(arguments.bind(name, 1, "message").getFirst()));
            default -> throw new TemplateException("'" + name + "' is undefined");
        };
    }

    private static Namespace namespace(ArgumentValues arguments) {
        if (!arguments.positional().isEmpty()) {
            throw new TemplateException("namespace takes only named values");
        }
        Namespace namespace = new Namespace();
        arguments.named().forEach(namespace::set);
        return namespace;
    }

    private static List<Long> range(List<@Nullable Object> bounds) {
        long first = bounds.get(1) instanceof Undefined ? 0 : integer(bounds.get(0));
        long end = integer(bounds.get(1) instanceof Undefined ? bounds.get(0) : bounds.get(1));
        if (end - (double) first > MAX_RANGE) {
            throw new TemplateException("a range of more than " + MAX_RANGE);
        }
        return new ArrayList<>(LongStream.range(first, end).boxed().toList());
    }

    private static long integer(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new TemplateException("range is called with " + Values.typeName(value));
    }
}
