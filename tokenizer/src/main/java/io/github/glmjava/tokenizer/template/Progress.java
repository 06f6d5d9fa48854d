package io.github.glmjava.tokenizer.template;

/**
 * Where one rendering is, and what it has cost: it ends when that is more than any conversation needs. Not safe for use by several
 * threads.
 */
final class Progress {
    private static final int MAX_DEPTH = 300;
    private static final long MAX_COST = 20_000_000;
    private static final int MAX_TEXT = 64 << 20;

    private long cost;
    private int depth;
    private int line;

    /** A step; those that handle text cost more the longer it is. */
    void spend(long characters) {
        cost += 4 + characters / 8;
        if (cost > MAX_COST || characters > MAX_TEXT) {
            throw new TemplateException("the template takes too many steps or writes too much");
        }
    }

    void requireWithinOutput(int characters) {
        if (characters > MAX_TEXT) {
            throw new TemplateException("the template writes more than " + MAX_TEXT + " characters");
        }
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException("the template is nested more than " + MAX_DEPTH + " deep");
        }
    }

    void at(int newLine) {
        line = newLine;
    }

    /** The line of the statement that is being executed. */
    int line() {
        return line;
    }

    void leave() {
        depth--;
    }
}
