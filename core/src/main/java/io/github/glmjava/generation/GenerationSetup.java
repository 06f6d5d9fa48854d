package io.github.glmjava.generation;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.tokenizer.PromptFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a model brings to each of its generations.
 *
 * @param format the family's prompts
 * @param defaults values for options that a request leaves unset
 * @param stopIds every id that ends an answer
 */
public record GenerationSetup(PromptFormat format, GenerationOptions defaults, List<Integer> stopIds) {
    /** Copies the list. */
    public GenerationSetup {
        stopIds = List.copyOf(stopIds);
    }

    /**
     * Collects the stop ids of all sources.
     *
     * @param format the family's prompts, with stop ids
     * @param defaults what {@code generation_config.json} says
     * @param endOfSequence the ids that {@code config.json} names as {@code eos_token_id}
     * @return the setup
     */
    public static GenerationSetup of(PromptFormat format, GenerationDefaults defaults, int... endOfSequence) {
        Set<Integer> stopIds = new LinkedHashSet<>(defaults.endOfSequence());
        IntStream.of(endOfSequence).forEach(stopIds::add);
        IntStream.of(format.stopIds()).forEach(stopIds::add);
        return new GenerationSetup(format, defaults.options(), List.copyOf(stopIds));
    }
}
