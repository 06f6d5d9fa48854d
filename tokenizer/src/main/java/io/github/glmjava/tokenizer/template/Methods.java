package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.python.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods that texts and mappings have, those of Python's {@code str} and {@code dict} that change nothing. */
final class Methods {
    private static final Set<String> NAMES = Set.of(
            "strip",
            "lstrip",
            "rstrip",
            "split",
            "startswith",
            "endswith",
            "replace",
            "upper",
            "lower",
            "capitalize",
            "get",
            "items",
            "keys",
            "values");

    private Methods() {}

    static boolean exists(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object call(@Nullable Object value, String name, ArgumentValues arguments, Progress progress) {
        if (value instanceof TracedText text) {
            progress.spend(text.length());
            return ofText(text, name, arguments, progress);
        } else if (value instanceof Map<?, ?> map) {
            return ofMap(map, name, arguments, progress);
        }
        throw unknown(value, name);
    }

    private static TemplateException unknown(@Nullable Object value, String name) {
        return new TemplateException(Values.typeName(value) + " has no method '" + name + "'");
    }

    private static Object ofText(TracedText text, String name, ArgumentValues arguments, Progress progress) {
        return switch (name) {
            case "strip" -> text.strip(stripped(name, arguments), true, true);
            case "lstrip" -> text.strip(stripped(name, arguments), true, false);
            case "rstrip" -> text.strip(stripped(name, arguments), false, true);
            case "split" -> split(text, arguments.bind(name, 0, "sep", "maxsplit"));
            case "startswith" ->
                text.toString()
                        .startsWith(
                                string(name, arguments.bind(name, 1, "prefix").getFirst()));
            case "endswith" ->
                text.toString()
                        .endsWith(string(name, arguments.bind(name, 1, "suffix").getFirst()));
            case "replace" -> replace(text, arguments.bind(name, 2, "old", "new"), progress);
            default -> {
                arguments.bind(name, 0);
                yield text.withText(changedCase(text, name));
            }
        };
    }

    private static String changedCase(TracedText text, String name) {
        String plain = text.toString();
        return switch (name) {
            case "upper" -> plain.toUpperCase(Locale.ROOT);
            case "lower" -> plain.toLowerCase(Locale.ROOT);
            case "capitalize" -> {
                int first = plain.isEmpty() ? 0 : plain.offsetByCodePoints(0, 1);
                yield plain.substring(0, first).toUpperCase(Locale.ROOT)
                        + plain.substring(first).toLowerCase(Locale.ROOT);
            }
            default -> throw unknown(text, name);
        };
    }

    private static String stripped(String name, ArgumentValues arguments) {
        Object characters = arguments.bind(name, 0, "chars").getFirst();
        return characters == null || characters instanceof Undefined ? "" : string(name, characters);
    }

    private static String string(String name, @Nullable Object value) {
        if (value instanceof TracedText text) {
            return text.toString();
        }
        throw new TemplateException(name + " is called with " + Values.typeName(value) + ", expected a text");
    }

    private static List<TracedText> split(TracedText text, List<@Nullable Object> arguments) {
        long most = arguments.get(1) instanceof Long number && number >= 0 ? number : Long.MAX_VALUE;
        Object separator = arguments.get(0);
        if (separator == null || separator instanceof Undefined) {
            return splitAtSpace(text, most);
        }
        String between = string("split", separator);
        if (between.isEmpty()) {
            throw new TemplateException("split is called with an empty separator");
        }
        List<TracedText> parts = new ArrayList<>();
        int from = 0;
        int at = text.toString().indexOf(between);
        while (at >= 0 && parts.size() < most) {
            parts.add(text.subSequence(from, at));
            from = at + between.length();
            at = text.toString().indexOf(between, from);
        }
        parts.add(text.subSequence(from, text.length()));
        return parts;
    }

    private static List<TracedText> splitAtSpace(TracedText text, long most) {
        List<TracedText> parts = new ArrayList<>();
        TracedText rest = text.strip("", true, false);
        int from = 0;
        while (from < rest.length()) {
            int end = from;
            while (end < rest.length() && (parts.size() == most || !PythonText.isSpace(rest.charAt(end)))) {
                end++;
            }
            parts.add(rest.subSequence(from, end));
            from = end;
            while (from < rest.length() && PythonText.isSpace(rest.charAt(from))) {
                from++;
            }
        }
        return parts;
    }

    private static TracedText replace(TracedText text, List<@Nullable Object> arguments, Progress progress) {
        String old = string("replace", arguments.get(0));
        string("replace", arguments.get(1));
        TracedText replacement = Values.text(arguments.get(1));
        if (old.isEmpty()) {
            throw new TemplateException("replace is called with an empty text");
        }
        TracedText.Builder out = new TracedText.Builder();
        int from = 0;
        for (int at = text.toString().indexOf(old);
                at >= 0;
                at = text.toString().indexOf(old, from)) {
            out.append(text, from, at);
            out.append(replacement);
            progress.spend(replacement.length());
            from = at + old.length();
        }
        out.append(text, from, text.length());
        return out.build();
    }

    private static @Nullable Object ofMap(Map<?, ?> map, String name, ArgumentValues arguments, Progress progress) {
        if (name.equals("get")) {
            List<@Nullable Object> bound = arguments.bind(name, 1, "key", "default");
            Object key = Values.key(bound.get(0));
            Object absent = bound.get(1) instanceof Undefined ? null : bound.get(1);
            return map.containsKey(key) ? Values.imported(map.get(key)) : absent;
        }
        progress.spend(map.size() * 16L);
        arguments.bind(name, 0);
        return switch (name) {
            case "items" -> Filters.pairs(map);
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            default -> throw unknown(map, name);
        };
    }
}
