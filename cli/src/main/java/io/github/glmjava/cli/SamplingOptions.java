package io.github.glmjava.cli;

import io.github.glmjava.GenerationOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tokens are chosen and when to stop. What is not given comes from the model's generation_config.json. */
final class SamplingOptions {
    @Option(names = "--greedy", description = "Always take the most likely token.")
    private boolean greedy;

    @Option(names = "--temperature", paramLabel = "T", description = "Below 1 more predictable, above 1 more daring.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Choose among the K most likely tokens; 0: no limit.")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Choose among the tokens that make up this probability.")
    private @Nullable Double topP;

    @Option(names = "--min-p", paramLabel = "P", description = "Leave out tokens below this share of the best one's.")
    private @Nullable Double minP;

    @Option(names = "--repetition-penalty", paramLabel = "F", description = "Divides logits of tokens seen; 1: none.")
    private @Nullable Double repetitionPenalty;

    @Option(names = "--presence-penalty", paramLabel = "A", description = "Taken off logits of tokens generated.")
    private @Nullable Double presencePenalty;

    @Option(names = "--frequency-penalty", paramLabel = "A", description = "The same, for each time they were.")
    private @Nullable Double frequencyPenalty;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same answer.")
    private @Nullable Long seed;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The longest answer. Default: what fits.")
    private @Nullable Integer maxTokens;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer before this text; may be repeated.")
    private List<String> stop = List.of();

    /**
     * The options that were given.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    GenerationOptions toGenerationOptions() {
        GenerationOptions.Builder options = GenerationOptions.builder();
        if (greedy) {
            options.doSample(false);
        }
        if (temperature != null) {
            options.temperature(temperature);
        }
        if (topK != null) {
            options.topK(topK);
        }
        if (topP != null) {
            options.topP(topP);
        }
        if (minP != null) {
            options.minP(minP);
        }
        if (repetitionPenalty != null) {
            options.repetitionPenalty(repetitionPenalty);
        }
        if (presencePenalty != null) {
            options.presencePenalty(presencePenalty);
        }
        if (frequencyPenalty != null) {
            options.frequencyPenalty(frequencyPenalty);
        }
        if (seed != null) {
            options.seed(seed);
        }
        if (maxTokens != null) {
            options.maxNewTokens(maxTokens);
        }
        return options.stopStrings(stop).build();
    }
}
