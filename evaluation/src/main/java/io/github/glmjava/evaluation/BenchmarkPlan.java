package io.github.glmjava.evaluation;

/**
 * What to measure.
 *
 * @param promptTokens length of the prompt whose computation is timed
 * @param generatedTokens tokens that are decoded, one at a time
 * @param depth tokens that are in the cache before decoding begins
 * @param repetitions how often each is measured
 */
public record BenchmarkPlan(int promptTokens, int generatedTokens, int depth, int repetitions) {
    /** Checks the ranges. */
    public BenchmarkPlan {
        require("prompt", promptTokens, 1);
        require("generate", generatedTokens, 1);
        require("depth", depth, 0);
        require("repeat", repetitions, 1);
    }

    private static void require(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + ", found " + value);
        }
    }

    /** The most tokens that a sequence holds. */
    int longest() {
        return Math.max(promptTokens, depth + generatedTokens);
    }
}
