package io.github.glmjava.generation;

/**
 * Chooses a token from logits: the most likely one, or a random one after temperature, top-k, top-p and min-p. Order
 * and meaning are those of transformers ({@code generation/logits_process.py}: {@code TemperatureLogitsWarper}, {@code
 * TopKLogitsWarper}, {@code TopPLogitsWarper}, {@code MinPLogitsWarper}); of equally likely tokens the lower id counts
 * as the likelier. Weights are doubles made by {@link StrictMath}, whose bits are the same on every machine. All
 * buffers are made once.
 */
final class Sampler {
    /** Below this distance from the largest, weights cannot change a sum that is at least 1: exp(-60) is 9e-27. */
    private static final double NEGLIGIBLE = -60;

    private final GenerationSettings settings;
    private final int vocabularySize;
    private final SplitMix64 random;
    private final RankedTokens ranked = new RankedTokens();

    /** Candidates that are left, with their probabilities up to a common factor. */
    private final int[] candidates;

    private final double[] weights;
    private int count;

    Sampler(GenerationSettings settings, int vocabularySize) {
        this.settings = settings;
        this.vocabularySize = vocabularySize;
        this.random = new SplitMix64(settings.seed());
        candidates = new int[settings.sample() ? vocabularySize : 0];
        weights = new double[candidates.length];
        if (settings.sample()) {
            ranked.reserve(limitsCount() ? settings.topK() : settings.topP() < 1 ? vocabularySize : 0);
        }
    }

    private boolean limitsCount() {
        return settings.topK() > 0 && settings.topK() < vocabularySize;
    }

    /**
     * Chooses a token.
     *
     * @throws IllegalStateException if the logits are no distribution
     */
    int choose(float[] logits) {
        int best = mostLikely(logits);
        if (!settings.sample()) {
            return best;
        }
        filter(logits, best);
        return draw();
    }

    private int mostLikely(float[] logits) {
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabularySize; id++) {
            float logit = logits[id];
            if (logit > largest) {
                largest = logit;
                best = id;
            } else if (Float.isNaN(logit)) {
                throw new IllegalStateException("the logit of token " + id
                        + " is not a number; the model's weights are damaged or its arithmetic overflowed");
            }
        }
        if (Float.isInfinite(largest)) {
            throw new IllegalStateException(
                    largest > 0
                            ? "the logit of token " + best
                                    + " is infinite; the model's weights are damaged or its arithmetic overflowed"
                            : "no token is possible: all logits are negative infinity");
        }
        return best;
    }

    /** Leaves the candidates and their weights; the most likely token has weight 1. */
    private void filter(float[] logits, int best) {
        float largest = logits[best];
        if (limitsCount()) {
            keepTopK(logits, largest);
            if (settings.topP() < 1) {
                keepTopPOfSorted();
            }
        } else if (settings.topP() < 1) {
            keepTopP(logits, largest);
        } else {
            keepAll(logits, largest);
        }
        if (settings.minP() > 0) {
            keepMinP();
        }
    }

    private void keep(int id, double weight) {
        candidates[count] = id;
        weights[count] = weight;
        count++;
    }

    private double weight(float logit, float largest) {
        double exponent = ((double) logit - largest) / settings.temperature();
        return exponent < NEGLIGIBLE ? 0 : StrictMath.exp(exponent);
    }

    private void keepAll(float[] logits, float largest) {
        count = 0;
        for (int id = 0; id < vocabularySize; id++) {
            keep(id, weight(logits[id], largest));
        }
    }

    /** The k best and those that tie with the worst of them; most likely first. */
    private void keepTopK(float[] logits, float largest) {
        ranked.holdBest(logits, vocabularySize, settings.topK());
        count = ranked.size();
        for (int i = count - 1; i >= 0; i--) {
            long key = ranked.removeLeast();
            candidates[i] = RankedTokens.id(key);
            weights[i] = weight(RankedTokens.logit(key), largest);
        }
        int last = candidates[count - 1];
        float threshold = logits[last];
        for (int id = last + 1; id < vocabularySize; id++) {
            if (logits[id] == threshold) {
                keep(id, weight(threshold, largest));
            }
        }
    }

    /** The smallest beginning of the sorted candidates that reaches the probability. */
    private void keepTopPOfSorted() {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[i];
        }
        double enough = settings.topP() * total;
        double mass = weights[0];
        int kept = 1;
        while (kept < count && mass < enough) {
            mass += weights[kept++];
        }
        count = kept;
    }

    /** The same over the whole vocabulary, most likely first, sorting no more of it than is kept. */
    private void keepTopP(float[] logits, float largest) {
        double total = 0;
        for (int id = 0; id < vocabularySize; id++) {
            total += weight(logits[id], largest);
        }
        // All tokens lighter than (1 - p) / n together weigh less than 1 - p, so none of them is kept. The slack
        // covers rounding; a token too many does no harm here.
        double lightest = (1 - settings.topP()) * total / vocabularySize;
        double threshold = largest + settings.temperature() * StrictMath.log(lightest) - 1e-3;
        ranked.clear();
        for (int id = 0; id < vocabularySize; id++) {
            if (logits[id] >= threshold) {
                ranked.add(~RankedTokens.key(logits[id], id)); // complemented: the best one is on top
            }
        }
        double enough = settings.topP() * total;
        double mass = 0;
        count = 0;
        do {
            long key = ~ranked.removeLeast();
            double weight = weight(RankedTokens.logit(key), largest);
            keep(RankedTokens.id(key), weight);
            mass += weight;
        } while (mass < enough && ranked.size() > 0);
    }

    /** Tokens at least this likely in proportion to the most likely one, whose weight is 1. */
    private void keepMinP() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] >= settings.minP()) {
                candidates[kept] = candidates[i];
                weights[kept] = weights[i];
                kept++;
            }
        }
        count = kept;
    }

    private int draw() {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[i];
        }
        double point = random.nextDouble() * total;
        int chosen = 0;
        double reached = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > 0) {
                chosen = i;
                reached += weights[i];
                if (point < reached) {
                    break;
                }
            }
        }
        return candidates[chosen];
    }

    /** The number of candidates that the last choice was made from. */
    int candidateCount() {
        return count;
    }

    /** One of the candidates that the last choice was made from. */
    int candidate(int index) {
        return candidates[index];
    }
}
