package io.github.glmjava.tokenizer.answer;

/** The last stage: keeps the text until it is taken. */
final class CollectingStage implements TextStage {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void accept(char c) {
        text.append(c);
    }

    @Override
    public void finish() {
        // All is there already.
    }

    String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }
}
