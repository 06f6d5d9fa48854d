package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.python.PythonText;

/**
 * Parts the reasoning, between {@code <think>} and {@code </think>} at the beginning of an answer, from the rest. Where the prompt
 * ends with {@code <think>} the answer begins in the middle of it; the mark may then stand there once more.
 */
final class ReasoningStage implements TextStage {
    private enum State {
        BEGINNING,
        REASONING,
        REST
    }

    private final boolean beginsInReasoning;
    private final TextStage reasoning;
    private final TextStage rest;
    private final StringBuilder beginning = new StringBuilder();
    private final MarkerFinder end = new MarkerFinder("</think>");
    private State state = State.BEGINNING;

    private static final String START = "<think>";
    /** The place in {@link #beginning} where the mark begins. */
    private int markStart;

    ReasoningStage(boolean beginsInReasoning, TextStage reasoning, TextStage rest) {
        this.beginsInReasoning = beginsInReasoning;
        this.reasoning = reasoning;
        this.rest = rest;
    }

    @Override
    public void accept(char c) {
        switch (state) {
            case BEGINNING -> acceptBeginning(c);
            case REASONING -> {
                if (end.accept(c, reasoning)) {
                    state = State.REST;
                }
            }
            case REST -> rest.accept(c);
        }
    }

    private void acceptBeginning(char c) {
        beginning.append(c);
        int length = beginning.length() - markStart;
        if (length == 1 && PythonText.isSpace(c)) {
            markStart++;
        } else if (c != START.charAt(length - 1)) {
            endBeginning();
        } else if (length == START.length()) {
            state = State.REASONING;
        }
    }

    /** There is no mark: what was taken for its beginning is something else. */
    private void endBeginning() {
        state = beginsInReasoning ? State.REASONING : State.REST;
        for (int i = 0; i < beginning.length(); i++) {
            accept(beginning.charAt(i));
        }
        beginning.setLength(0);
    }

    @Override
    public void finish() {
        if (state == State.BEGINNING) {
            endBeginning();
        }
        if (state == State.REASONING) {
            end.release(reasoning);
        }
        reasoning.finish();
        rest.finish();
    }
}
