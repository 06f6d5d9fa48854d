package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.function.Consumer;

/**
 * Takes the calls out of an answer of messages with {@code <|assistant|>} between them: a message whose first line names a tool, and
 * whose other lines are what the tool gets. A message is only held back as long as it may be such a one.
 */
final class NamedCallStage implements TextStage {
    private enum State {
        NAME,
        CONTENT,
        TEXT
    }

    /** Longer words at the beginning of a message are no names. */
    private static final int LONGEST_NAME = 80;

    private final MarkerFinder marker = new MarkerFinder(AnswerMessages.SEPARATOR);
    private final TextStage message = new TextStage() {
        @Override
        public void accept(char c) {
            acceptOfMessage(c);
        }

        @Override
        public void finish() {
            finishMessage();
        }
    };
    private final StripStage text;
    private final Consumer<ToolCall> calls;
    private final CallContent content;
    private final StringBuilder held = new StringBuilder();
    private String name = "";
    private int contentStart;
    private State state = State.NAME;

    NamedCallStage(StripStage text, Consumer<ToolCall> calls, CallContent content) {
        this.text = text;
        this.calls = calls;
        this.content = content;
    }

    @Override
    public void accept(char c) {
        if (marker.accept(c, message)) {
            message.finish();
            text.endPart();
        }
    }

    @Override
    public void finish() {
        marker.release(message);
        message.finish();
        text.finish();
    }

    private void acceptOfMessage(char c) {
        if (state == State.TEXT) {
            text.accept(c);
            return;
        }
        held.append(c);
        if (state == State.CONTENT) {
            if (!content.accept(c)) {
                release();
            }
        } else if (c == '\n') {
            name = PythonText.strip(held.toString());
            if (isName(name)) {
                state = State.CONTENT;
                contentStart = held.length();
                content.begin(name);
            } else {
                release();
            }
        } else if (held.length() > LONGEST_NAME || !(isNameCharacter(c) || PythonText.isSpace(c))) {
            release();
        }
    }

    private static boolean isName(String line) {
        return !line.isEmpty() && line.chars().allMatch(c -> isNameCharacter((char) c));
    }

    private static boolean isNameCharacter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
    }

    private void finishMessage() {
        if (state == State.CONTENT) {
            ToolCall call = content.call(name, held.substring(contentStart));
            if (call != null) {
                calls.accept(call);
                held.setLength(0);
            }
        }
        release();
        state = State.NAME;
    }

    /** What is held back is no call. */
    private void release() {
        text.accept(held);
        held.setLength(0);
        state = State.TEXT;
    }
}
