package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fenced block with {@code tool_call(name=value, ...)}, or with code for ChatGLM3's interpreter. */
final class FencedContent implements CallContent {
    private static final String FENCE = "```";
    private static final String TAKES_CODE = "interpreter";

    private int fence;

    @Override
    public void begin(String tool) {
        fence = 0;
    }

    @Override
    public boolean accept(char c) {
        if (fence == FENCE.length()) {
            return true;
        } else if (c == FENCE.charAt(fence)) {
            fence++;
            return true;
        }
        return fence == 0 && PythonText.isSpace(c);
    }

    @Override
    public @Nullable ToolCall call(String tool, String content) {
        if (tool.equals(TAKES_CODE)) {
            return PythonText.strip(content).endsWith("\n" + FENCE) ? new ToolCall(tool, content, null) : null;
        }
        Map<String, @Nullable Object> arguments = PythonCall.parseFenced(content);
        return arguments == null ? null : new ToolCall(tool, content, arguments);
    }
}
