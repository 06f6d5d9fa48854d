package io.github.glmjava.cli;

import java.util.Locale;

/**
 * How one input of a case came out.
 *
 * @param input its index
 * @param tokens the prompt's length
 * @param difference the largest absolute difference of a logit, NaN if there is a NaN among them
 * @param share that difference as a share of the spread of the expected logits, the largest minus the smallest
 * @param withinTolerance whether that is allowed
 * @param greedy the greedy ids
 * @param experts which choices of experts rounding turned, in words; empty if that was not asked
 */
record InputComparison(
        int input,
        int tokens,
        double difference,
        double share,
        boolean withinTolerance,
        GreedyVerdict greedy,
        String experts) {
    /**
     * How greedy decoding came out.
     *
     * @param passed whether it is as expected, or differs only from a near-tie on
     * @param text in words
     */
    record GreedyVerdict(boolean passed, String text) {}

    boolean passed() {
        return withinTolerance && greedy.passed();
    }

    /** A line of the table. */
    String row() {
        return String.format(
                Locale.ROOT,
                "%5d  %6d  %8.1e  %9.1e  %s%s",
                input,
                tokens,
                difference,
                share,
                greedy.text() + (experts.isEmpty() ? "" : ", " + experts),
                passed() ? "" : withinTolerance ? "  <- FAILED" : "  <- FAILED: logits");
    }
}
