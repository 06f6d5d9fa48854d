package io.github.glmjava.tokenizer.answer;

/** Replaces a fixed string by another. */
public final class ReplaceStage implements TextStage {
    private final MarkerFinder finder;
    private final String replacement;
    private final TextStage next;

    /** @param next gets the changed text */
    public ReplaceStage(String from, String to, TextStage next) {
        this.finder = new MarkerFinder(from);
        this.replacement = to;
        this.next = next;
    }

    @Override
    public void accept(char c) {
        if (finder.accept(c, next)) {
            next.accept(replacement);
        }
    }

    @Override
    public void finish() {
        finder.release(next);
        next.finish();
    }
}
