package io.github.glmjava.evaluation;

import java.util.List;

/**
 * What to measure.
 *
 * @param promptTokens length of the prompt whose computation is timed
 * @param generatedTokens tokens that are decoded, one at a time
 * @param depths decoding is measured on an empty cache, and also with so many tokens in it
 * @param sequences if more than one, so many sequences are decoded together, too
 * @param repetitions how often each is measured
 */
public record BenchmarkPlan(
        int promptTokens, int generatedTokens, List<Integer> depths, int sequences, int repetitions) {
    /** Checks the ranges and copies the list. */
    public BenchmarkPlan {
        depths = List.copyOf(depths);
        require("prompt", promptTokens, 1);
        require("generate", generatedTokens, 1);
        depths.forEach(depth -> require("depth", depth, 1));
        require("sequences", sequences, 1);
        require("repeat", repetitions, 1);
    }

    private static void require(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + ", found " + value);
        }
    }

    /** The most tokens that a sequence holds. */
    int longest() {
        int deepest = depths.stream().mapToInt(Integer::intValue).max().orElse(0);
        return Math.max(promptTokens, deepest + generatedTokens);
    }
}
