package io.github.glmjava;

import java.time.Duration;

/**
 * How long a generation took.
 *
 * @param promptTime from the start until the prompt was computed
 * @param generationTime from then to the end
 * @param timeToFirstToken from the start until the first token was known, its listener not yet called; when there was
 *     none, the whole time
 */
public record Timing(Duration promptTime, Duration generationTime, Duration timeToFirstToken) {
    /**
     * The speed at which the prompt was computed.
     *
     * @param usage the same generation's counts
     * @return tokens that were not cached per second; 0 when there was nothing to measure
     */
    public double promptTokensPerSecond(Usage usage) {
        return perSecond(usage.promptTokens() - usage.cachedTokens(), promptTime);
    }

    /**
     * The speed of the answer.
     *
     * @param usage the same generation's counts
     * @return tokens per second after the first one, which comes with the prompt; 0 when there was nothing to measure
     */
    public double generatedTokensPerSecond(Usage usage) {
        return perSecond(usage.generatedTokens() - 1, generationTime);
    }

    private static double perSecond(int tokens, Duration time) {
        return tokens <= 0 || time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
    }
}
