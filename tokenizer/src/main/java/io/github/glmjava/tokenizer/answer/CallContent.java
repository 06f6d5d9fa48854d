package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import org.jspecify.annotations.Nullable;

/** What stands below the name of a tool: watches it as it is written, and reads it when it is complete. */
interface CallContent {
    /** A new content begins, for this tool. */
    void begin(String tool);

    /** Takes the next character; false if the content cannot be that of a call any more. */
    boolean accept(char c);

    /** The call, or null if it is malformed. */
    @Nullable
    ToolCall call(String tool, String content);
}
