package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code name <arg_key>key</arg_key> <arg_value>value</arg_value> ...}, with or without white space between the parts. A value
 * that is no text stands there as JSON, a text as it is. So a value is a text if the tool's description says so, else JSON if it
 * is well-formed.
 */
final class TaggedCall {
    private static final String KEY = "arg_key";
    private static final String VALUE = "arg_value";

    private final String body;
    private int position;

    private TaggedCall(String body) {
        this.body = body;
    }

    /** The call, or null if it is malformed: without a name, with other text between the parts, or with an argument twice. */
    static @Nullable ToolCall parse(String body, ToolTypes types) {
        int nameEnd = body.indexOf('<');
        int argumentsStart = nameEnd < 0 ? body.length() : nameEnd;
        String name = PythonText.strip(body.substring(0, argumentsStart));
        if (name.isEmpty() || name.indexOf('\n') >= 0) {
            return null;
        }
        TaggedCall call = new TaggedCall(body);
        call.position = argumentsStart;
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        while (call.position < body.length()) {
            String key = call.element(KEY);
            String value = key == null ? null : call.element(VALUE);
            if (key == null || value == null) {
                return null;
            }
            String argument = PythonText.strip(key);
            if (arguments.containsKey(argument)) {
                return null;
            }
            arguments.put(argument, value(value, types.isText(name, argument)));
        }
        return new ToolCall(name, body.substring(argumentsStart), Collections.unmodifiableMap(arguments));
    }

    private static @Nullable Object value(String text, boolean isText) {
        if (isText) {
            return text;
        }
        JsonText json = JsonText.parse(text);
        return json == null ? text : json.value();
    }

    /** What lies between the tags, or null if they do not stand here; goes on behind them and white space. */
    private @Nullable String element(String tag) {
        String open = "<" + tag + ">";
        if (!body.startsWith(open, position)) {
            return null;
        }
        int from = position + open.length();
        String close = "</" + tag + ">";
        int to = body.indexOf(close, from);
        if (to < 0) {
            return null;
        }
        position = to + close.length();
        while (position < body.length() && PythonText.isSpace(body.charAt(position))) {
            position++;
        }
        return body.substring(from, to);
    }
}
