package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.ArrayList;
import java.util.List;

/** The messages of an answer ({@code process_response} of {@code modeling_chatglm.py}). */
final class AnswerMessages {
    /** Stands between messages. */
    static final String SEPARATOR = "<|assistant|>";

    private AnswerMessages() {}

    /** Splits an answer into messages; a first line that is not blank is the metadata of its message. */
    static List<ChatMessage> parse(String answer) {
        List<ChatMessage> messages = new ArrayList<>();
        for (int from = 0; from >= 0; ) {
            int end = answer.indexOf(SEPARATOR, from);
            messages.add(message(end < 0 ? answer.substring(from) : answer.substring(from, end)));
            from = end < 0 ? -1 : end + SEPARATOR.length();
        }
        return List.copyOf(messages);
    }

    private static ChatMessage message(String part) {
        int lineEnd = part.indexOf('\n');
        String metadata = lineEnd < 0 ? "" : part.substring(0, lineEnd);
        String content = part.substring(lineEnd + 1);
        boolean plain = PythonText.strip(metadata).isEmpty();
        return new ChatMessage(ChatRole.ASSISTANT, metadata, plain ? PythonText.strip(content) : content, null);
    }
}
