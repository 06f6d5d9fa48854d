package io.github.glmjava.generation;

import io.github.glmjava.GenerationOptions;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SplittableRandom;

/**
 * Generation options with nothing left open; {@link GenerationOptions} says what each value means.
 *
 * @param maxNewTokens {@link Integer#MAX_VALUE} if there is no limit
 * @param maxLength {@link Integer#MAX_VALUE} if there is no limit or maxNewTokens overrides it
 * @param logprobs how many alternatives to report, or empty for no probabilities at all
 */
public record GenerationSettings(
        boolean sample,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        SortedMap<Integer, Double> logitBias,
        long seed,
        int maxNewTokens,
        int maxLength,
        List<String> stopStrings,
        List<Integer> stopIds,
        OptionalInt logprobs) {
    /**
     * Settles what is open with the defaults of transformers' {@code GenerationConfig}; its {@code max_length} of 20 is
     * left out, for the context limits the answer as well.
     */
    public static GenerationSettings of(GenerationOptions options) {
        double temperature = options.temperature().orElse(1);
        int maxNewTokens = options.maxNewTokens().orElse(Integer.MAX_VALUE);
        boolean lengthOverridden = options.maxNewTokens().isPresent();
        return new GenerationSettings(
                options.doSample().orElse(false) && temperature > 0,
                temperature,
                options.topK().orElse(50),
                options.topP().orElse(1),
                options.minP().orElse(0),
                options.repetitionPenalty().orElse(1),
                options.presencePenalty().orElse(0),
                options.frequencyPenalty().orElse(0),
                options.logitBias(),
                options.seed().orElseGet(() -> new SplittableRandom().nextLong()),
                maxNewTokens,
                lengthOverridden ? Integer.MAX_VALUE : options.maxLength().orElse(Integer.MAX_VALUE),
                options.stopStrings(),
                options.stopIds(),
                options.logprobs());
    }
}
