package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.List;

/** What {@code process_response} of {@code modeling_chatglm.py} does with an answer. */
final class Answers {
    private static final String ASSISTANT = "<|assistant|>";

    private Answers() {}

    /** Splits an answer into messages; a first line that is not blank is the metadata of its message. */
    static List<ChatMessage> parse(String answer) {
        List<ChatMessage> messages = new ArrayList<>();
        for (int from = 0; from >= 0; ) {
            int end = answer.indexOf(ASSISTANT, from);
            messages.add(message(end < 0 ? answer.substring(from) : answer.substring(from, end)));
            from = end < 0 ? -1 : end + ASSISTANT.length();
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

    /** The text to show of an answer's last message; a call of a tool is shown as it is. */
    static String clean(String answer) {
        ChatMessage last = parse(answer).getLast();
        return PythonText.strip(last.metadata()).isEmpty()
                ? nameTrainingTime(last.content())
                : last.metadata() + "\n" + last.content();
    }

    /** The models were trained to leave this to the program. */
    static String nameTrainingTime(String text) {
        return text.replace("[[训练时间]]", "2023年");
    }
}
