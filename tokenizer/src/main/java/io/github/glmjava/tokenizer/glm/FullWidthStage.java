package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.answer.TextStage;

/** Makes a mark beside a Chinese character full width ({@code process_response} of ChatGLM-6B's {@code modeling_chatglm.py}). */
final class FullWidthStage implements TextStage {
    private static final String HALF_WIDTH = ",!:;?";
    private static final String FULL_WIDTH = "，！：；？";
    private static final char NONE = 0;

    private final TextStage next;
    private boolean behindChinese;
    /** A mark that waits for the character behind it. */
    private char waiting = NONE;

    FullWidthStage(TextStage next) {
        this.next = next;
    }

    @Override
    public void accept(char c) {
        boolean chinese = c >= 0x4E00 && c <= 0x9FFF;
        if (waiting != NONE) {
            next.accept(chinese ? fullWidth(waiting) : waiting);
            waiting = NONE;
        }
        boolean mark = HALF_WIDTH.indexOf(c) >= 0;
        if (mark && !behindChinese) {
            waiting = c;
        } else {
            next.accept(mark ? fullWidth(c) : c);
        }
        behindChinese = chinese;
    }

    private static char fullWidth(char mark) {
        return FULL_WIDTH.charAt(HALF_WIDTH.indexOf(mark));
    }

    @Override
    public void finish() {
        if (waiting != NONE) {
            next.accept(waiting);
            waiting = NONE;
        }
        next.finish();
    }
}
