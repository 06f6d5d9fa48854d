package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Arguments as a JSON object, or what the tools take that GLM-4 brings along: code, commands, the description of a picture. */
final class JsonContent implements CallContent {
    private static final Set<String> TAKE_CODE = Set.of("python", "simple_browser", "cogview");

    private boolean takesCode;
    private boolean begun;
    private boolean inString;
    private boolean escaped;
    private int depth;

    @Override
    public void begin(String tool) {
        takesCode = TAKE_CODE.contains(tool);
        begun = false;
        inString = false;
        escaped = false;
        depth = 0;
    }

    @Override
    public boolean accept(char c) {
        if (takesCode) {
            return true;
        } else if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return true;
        } else if (depth > 0) {
            inString = c == '"';
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            return true;
        } else if (c == '{' && !begun) {
            begun = true;
            depth = 1;
            return true;
        }
        return PythonText.isSpace(c);
    }

    @Override
    public @Nullable ToolCall call(String tool, String content) {
        if (takesCode) {
            return new ToolCall(tool, content, null);
        }
        Map<String, @Nullable Object> arguments = JsonText.parseObject(content);
        return arguments == null ? null : new ToolCall(tool, content, arguments);
    }
}
