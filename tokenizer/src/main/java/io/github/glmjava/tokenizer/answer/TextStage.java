package io.github.glmjava.tokenizer.answer;

/** One step on the way of an answer's characters. */
public interface TextStage {
    /** Takes the next character. */
    void accept(char c);

    /** Takes the next characters. */
    default void accept(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            accept(text.charAt(i));
        }
    }

    /** Gives out what is held back: the text ends here. The stages behind are ended, too. */
    void finish();
}
