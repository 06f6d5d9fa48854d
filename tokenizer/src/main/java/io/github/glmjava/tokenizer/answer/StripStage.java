package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.python.PythonText;

/** Leaves out the white space around a text, as {@code str.strip} of Python does. */
public final class StripStage implements TextStage {
    private final TextStage next;
    private final StringBuilder space = new StringBuilder();
    /** Whether white space belongs to the text if more text follows. */
    private boolean begun;

    /** @param next gets the text without it */
    public StripStage(TextStage next) {
        this.next = next;
    }

    @Override
    public void accept(char c) {
        if (PythonText.isSpace(c)) {
            if (begun) {
                space.append(c);
            }
            return;
        }
        begun = true;
        next.accept(space);
        space.setLength(0);
        next.accept(c);
    }

    /** A part of the text ends here: it is stripped by itself, and a line break parts it from the next. */
    void endPart() {
        if (begun || !space.isEmpty()) {
            space.setLength(0);
            space.append('\n');
        }
        begun = false;
    }

    @Override
    public void finish() {
        space.setLength(0);
        next.finish();
    }
}
