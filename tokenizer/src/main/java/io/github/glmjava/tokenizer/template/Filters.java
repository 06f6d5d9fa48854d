package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.python.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can stand behind a {@code |}. */
final class Filters {
    private static final Set<String> NAMES = Set.of(
            "tojson",
            "items",
            "trim",
            "upper",
            "lower",
            "capitalize",
            "replace",
            "length",
            "count",
            "string",
            "default",
            "d",
            "join",
            "first",
            "last",
            "list",
            "safe");

    private Filters() {}

    static boolean exists(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object apply(String name, @Nullable Object value, ArgumentValues arguments, Progress progress) {
        String callee = "the filter " + name;
        return switch (name) {
            case "tojson" -> toJson(value, arguments, progress);
            case "replace", "upper", "lower", "capitalize" ->
                Methods.call(Values.text(value), name, arguments, progress);
            case "trim" -> Methods.call(Values.text(value), "strip", arguments, progress);
            case "items" -> items(value, arguments, progress);
            case "default", "d" -> defaulted(value, arguments.bind(callee, 0, "default_value", "boolean"));
            case "join" -> join(value, arguments.bind(callee, 0, "d"), progress);
            default -> {
                arguments.bind(callee, 0);
                yield plain(name, value, progress);
            }
        };
    }

    private static @Nullable Object plain(String name, @Nullable Object value, Progress progress) {
        return switch (name) {
            case "string", "safe" -> Values.text(value);
            case "length", "count" -> length(value);
            case "first" ->
                Values.elements(value).isEmpty()
                        ? new Undefined("first")
                        : Values.imported(Values.elements(value).getFirst());
            case "last" ->
                Values.elements(value).isEmpty()
                        ? new Undefined("last")
                        : Values.imported(Values.elements(value).getLast());
            case "list" -> {
                List<?> elements = Values.elements(value);
                progress.spend(elements.size() * 8L);
                yield elements;
            }
            default -> throw new TemplateException("unknown filter '" + name + "'");
        };
    }

    private static long length(@Nullable Object value) {
        if (value instanceof TracedText text) {
            return text.toString().codePointCount(0, text.length());
        }
        return Values.elements(value).size();
    }

    private static @Nullable Object items(@Nullable Object value, ArgumentValues arguments, Progress progress) {
        return value instanceof Undefined ? List.of() : Methods.call(value, "items", arguments, progress);
    }

    private static @Nullable Object defaulted(@Nullable Object value, List<@Nullable Object> arguments) {
        boolean alsoFalse = Values.isTrue(arguments.get(1));
        if (!(value instanceof Undefined) && !(alsoFalse && !Values.isTrue(value))) {
            return value;
        }
        Object other = arguments.get(0);
        return other instanceof Undefined ? TracedText.EMPTY : other;
    }

    private static TracedText join(@Nullable Object value, List<@Nullable Object> arguments, Progress progress) {
        TracedText separator = Values.text(arguments.get(0));
        List<TracedText> parts = new ArrayList<>();
        for (Object element : Values.elements(value)) {
            if (!parts.isEmpty()) {
                parts.add(separator);
            }
            parts.add(Values.text(Values.imported(element)));
            progress.spend((long) separator.length() + parts.getLast().length());
        }
        return TracedText.concat(parts);
    }

    /** {@code json.dumps} as transformers calls it. All of it counts as data, so that no name in it steers the model. */
    private static TracedText toJson(@Nullable Object value, ArgumentValues arguments, Progress progress) {
        List<@Nullable Object> options = arguments.bind("the filter tojson", 0, "ensure_ascii", "indent");
        if (Values.isTrue(options.get(0))) {
            throw new TemplateException("tojson with ensure_ascii is not supported");
        }
        Object indent = options.get(1);
        boolean onOneLine = indent == null || indent instanceof Undefined;
        if (!onOneLine && !(indent instanceof Long spaces && spaces >= 0 && spaces <= 16)) {
            throw new TemplateException("tojson with the indent " + Values.text(indent));
        }
        String json;
        try {
            json = indent instanceof Long spaces
                    ? PythonJson.indented(value, Math.toIntExact(spaces))
                    : PythonJson.compact(value);
        } catch (IllegalArgumentException e) {
            throw new TemplateException("tojson: " + e.getMessage());
        }
        progress.spend(json.length());
        return TracedText.ofData(json);
    }

    /** The keys and values of a mapping as lists of two. */
    static List<?> pairs(Map<?, ?> map) {
        List<List<?>> pairs = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            List<@Nullable Object> pair = new ArrayList<>(2);
            pair.add(entry.getKey());
            pair.add(entry.getValue());
            pairs.add(pair);
        }
        return pairs;
    }
}
