package io.github.glmjava.generation;

import io.github.glmjava.GenerationOptions;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a model's {@code generation_config.json} says.
 *
 * @param options values for what a request leaves unset
 * @param endOfSequence the ids of {@code eos_token_id}
 * @param padding the id of {@code pad_token_id}
 */
public record GenerationDefaults(GenerationOptions options, List<Integer> endOfSequence, OptionalInt padding) {
    /** Copies the list. */
    public GenerationDefaults {
        endOfSequence = List.copyOf(endOfSequence);
    }

    /** What holds for a model without such a file. */
    public static GenerationDefaults none() {
        return new GenerationDefaults(GenerationOptions.unset(), List.of(), OptionalInt.empty());
    }
}
