package io.github.glmjava;

import io.github.glmjava.generation.GenerationLoop;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.TokenHistory;
import org.jspecify.annotations.Nullable;

/** Answers single requests of a model. Immutable and safe for use by many threads. */
final class Generator {
    private final GenerationSetup setup;

    /** @param setup the model's part */
    Generator(GenerationSetup setup) {
        this.setup = setup;
    }

    /**
     * Generates.
     *
     * @param tokens a history of its own, empty or left by an earlier request: what the new prompt shares with it from
     *     the beginning on is not computed again
     * @param request what to generate
     * @param listener null if nobody listens
     * @return the result
     * @throws IllegalArgumentException if the prompt is empty or too long, or an option does not fit the model
     */
    GenerationResult generate(TokenHistory tokens, GenerationRequest request, @Nullable TokenListener listener) {
        tokens.replace(request.encode(setup.format()));
        GenerationResult result = new GenerationLoop(
                        setup, tokens, request.options(), request.cancellation().orElse(null), listener)
                .run();
        return request.isChat()
                ? result.withAnswer(setup.format().answerFormat().parse(result.text(), request.tools()))
                : result;
    }
}
