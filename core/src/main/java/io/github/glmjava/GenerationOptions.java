package io.github.glmjava;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How to choose tokens and when to stop. Immutable.
 *
 * <p>Every value may be left unset. It then comes from the model's {@code generation_config.json}, and if that is
 * silent too from the defaults of Hugging Face transformers: greedy; when sampling, temperature 1, top-k 50, top-p 1
 * and no min-p; no penalties. (One default differs: transformers would stop at 20 tokens, here only the model's context
 * limits the answer.) Logits are processed in this order: repetition penalty, presence and frequency penalty, bias,
 * temperature, top-k, top-p, min-p.
 *
 * <p>A caller who sets temperature, top-k, top-p or min-p but not {@link Builder#doSample} is taken to want sampling;
 * temperature 0 always means greedy.
 */
public final class GenerationOptions {
    private static final GenerationOptions UNSET = builder().build();

    private record Values(
            @Nullable Boolean doSample,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double minP,
            @Nullable Double repetitionPenalty,
            @Nullable Double presencePenalty,
            @Nullable Double frequencyPenalty,
            SortedMap<Integer, Double> logitBias,
            @Nullable Long seed,
            @Nullable Integer maxNewTokens,
            @Nullable Integer maxLength,
            List<String> stopStrings,
            List<Integer> stopIds,
            @Nullable Integer logprobs) {}

    private final Values values;

    private GenerationOptions(Values values) {
        this.values = values;
    }

    /** Options that set nothing. */
    public static GenerationOptions unset() {
        return UNSET;
    }

    /** Options that choose the most likely token each time. */
    public static GenerationOptions greedy() {
        return builder().doSample(false).build();
    }

    /** A builder with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.doSample = values.doSample;
        builder.temperature = values.temperature;
        builder.topK = values.topK;
        builder.topP = values.topP;
        builder.minP = values.minP;
        builder.repetitionPenalty = values.repetitionPenalty;
        builder.presencePenalty = values.presencePenalty;
        builder.frequencyPenalty = values.frequencyPenalty;
        builder.logitBias.putAll(values.logitBias);
        builder.seed = values.seed;
        builder.maxNewTokens = values.maxNewTokens;
        builder.maxLength = values.maxLength;
        builder.stopStrings.addAll(values.stopStrings);
        builder.stopIds.addAll(values.stopIds);
        builder.logprobs = values.logprobs;
        return builder;
    }

    /**
     * Fills in what is unset here. Stop strings and stop ids add up; a bias for the same token is taken from here; the
     * two limits, {@link #maxNewTokens} and {@link #maxLength}, are taken together from the one that sets any of them.
     *
     * @param fallback values to use where this has none
     * @return the combination
     */
    public GenerationOptions withDefaults(GenerationOptions fallback) {
        Values other = fallback.values;
        Builder builder = fallback.toBuilder();
        builder.doSample = first(sampling(), fallback.sampling());
        builder.temperature = first(values.temperature, other.temperature);
        builder.topK = first(values.topK, other.topK);
        builder.topP = first(values.topP, other.topP);
        builder.minP = first(values.minP, other.minP);
        builder.repetitionPenalty = first(values.repetitionPenalty, other.repetitionPenalty);
        builder.presencePenalty = first(values.presencePenalty, other.presencePenalty);
        builder.frequencyPenalty = first(values.frequencyPenalty, other.frequencyPenalty);
        builder.logitBias.putAll(values.logitBias);
        builder.seed = first(values.seed, other.seed);
        if (values.maxNewTokens != null || values.maxLength != null) {
            builder.maxNewTokens = values.maxNewTokens;
            builder.maxLength = values.maxLength;
        }
        builder.stopStrings.addAll(values.stopStrings);
        builder.stopIds.addAll(values.stopIds);
        builder.logprobs = first(values.logprobs, other.logprobs);
        return builder.build();
    }

    private static <T> @Nullable T first(@Nullable T own, @Nullable T fallback) {
        return own != null ? own : fallback;
    }

    /** Whether these values ask for sampling (true) or greedy choice (false), or say nothing about it. */
    private @Nullable Boolean sampling() {
        if (values.doSample != null) {
            return values.doSample;
        }
        if (values.temperature != null) {
            return values.temperature > 0;
        }
        boolean filtered = values.topK != null || values.topP != null || values.minP != null;
        return filtered ? Boolean.TRUE : null;
    }

    /** Whether to sample; given or following from the other values, as the class comment says. */
    public Optional<Boolean> doSample() {
        return Optional.ofNullable(sampling());
    }

    /** See {@link Builder#temperature}. */
    public OptionalDouble temperature() {
        return optional(values.temperature);
    }

    /** See {@link Builder#topK}. */
    public OptionalInt topK() {
        return optional(values.topK);
    }

    /** See {@link Builder#topP}. */
    public OptionalDouble topP() {
        return optional(values.topP);
    }

    /** See {@link Builder#minP}. */
    public OptionalDouble minP() {
        return optional(values.minP);
    }

    /** See {@link Builder#repetitionPenalty}. */
    public OptionalDouble repetitionPenalty() {
        return optional(values.repetitionPenalty);
    }

    /** See {@link Builder#presencePenalty}. */
    public OptionalDouble presencePenalty() {
        return optional(values.presencePenalty);
    }

    /** See {@link Builder#frequencyPenalty}. */
    public OptionalDouble frequencyPenalty() {
        return optional(values.frequencyPenalty);
    }

    /** See {@link Builder#logitBias}; unmodifiable, by rising id. */
    public SortedMap<Integer, Double> logitBias() {
        return values.logitBias;
    }

    /** See {@link Builder#seed}. */
    public OptionalLong seed() {
        return values.seed == null ? OptionalLong.empty() : OptionalLong.of(values.seed);
    }

    /** See {@link Builder#maxNewTokens}. */
    public OptionalInt maxNewTokens() {
        return optional(values.maxNewTokens);
    }

    /** See {@link Builder#maxLength}. */
    public OptionalInt maxLength() {
        return optional(values.maxLength);
    }

    /** See {@link Builder#stopStrings}; without repetitions. */
    public List<String> stopStrings() {
        return values.stopStrings;
    }

    /** See {@link Builder#stopIds}; without repetitions. */
    public List<Integer> stopIds() {
        return values.stopIds;
    }

    /** See {@link Builder#logprobs}. */
    public OptionalInt logprobs() {
        return optional(values.logprobs);
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GenerationOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "GenerationOptions");
    }

    /** Collects options; each setter checks its range. Not safe for use by several threads. */
    public static final class Builder {
        private @Nullable Boolean doSample;
        private @Nullable Double temperature;
        private @Nullable Integer topK;
        private @Nullable Double topP;
        private @Nullable Double minP;
        private @Nullable Double repetitionPenalty;
        private @Nullable Double presencePenalty;
        private @Nullable Double frequencyPenalty;
        private final SortedMap<Integer, Double> logitBias = new TreeMap<>();
        private @Nullable Long seed;
        private @Nullable Integer maxNewTokens;
        private @Nullable Integer maxLength;
        private final Set<String> stopStrings = new LinkedHashSet<>();
        private final Set<Integer> stopIds = new LinkedHashSet<>();
        private @Nullable Integer logprobs;

        private Builder() {}

        /**
         * True to draw tokens at random, false to take the most likely one each time (the lowest id if several are).
         *
         * @param doSample whether to sample
         * @return this
         */
        public Builder doSample(boolean doSample) {
            this.doSample = doSample;
            return this;
        }

        /**
         * Divides the logits: below 1 favours likely tokens, above 1 unlikely ones.
         *
         * @param temperature at least 0 and finite; 0 means greedy
         * @return this
         */
        public Builder temperature(double temperature) {
            this.temperature = check("temperature", temperature, 0, Double.MAX_VALUE);
            return this;
        }

        /**
         * Keeps the k most likely tokens, and those that tie with the last of them.
         *
         * @param topK at least 1, or 0 for no limit
         * @return this
         */
        public Builder topK(int topK) {
            this.topK = atLeast("topK", topK, 0);
            return this;
        }

        /**
         * Keeps the smallest set of most likely tokens whose probabilities reach p; at least one token stays.
         *
         * @param topP 0..1; 1 keeps all
         * @return this
         */
        public Builder topP(double topP) {
            this.topP = check("topP", topP, 0, 1);
            return this;
        }

        /**
         * Keeps tokens at least this likely in proportion to the most likely one.
         *
         * @param minP 0..1; 0 keeps all
         * @return this
         */
        public Builder minP(double minP) {
            this.minP = check("minP", minP, 0, 1);
            return this;
        }

        /**
         * Makes tokens that are in the prompt or were generated less likely: positive logits are divided by it,
         * negative ones multiplied.
         *
         * @param repetitionPenalty above 0 and finite; 1 changes nothing
         * @return this
         */
        public Builder repetitionPenalty(double repetitionPenalty) {
            this.repetitionPenalty = check("repetitionPenalty", repetitionPenalty, Double.MIN_VALUE, Double.MAX_VALUE);
            return this;
        }

        /**
         * Is subtracted from the logits of tokens that were generated, however often.
         *
         * @param presencePenalty -100..100; 0 changes nothing
         * @return this
         */
        public Builder presencePenalty(double presencePenalty) {
            this.presencePenalty = check("presencePenalty", presencePenalty, -100, 100);
            return this;
        }

        /**
         * Is subtracted from the logits of tokens once for each time they were generated.
         *
         * @param frequencyPenalty -100..100; 0 changes nothing
         * @return this
         */
        public Builder frequencyPenalty(double frequencyPenalty) {
            this.frequencyPenalty = check("frequencyPenalty", frequencyPenalty, -100, 100);
            return this;
        }

        /**
         * Adds to a token's logit; replaces an earlier bias of the same token.
         *
         * @param id the token
         * @param bias -1000..1000, or negative infinity to forbid the token
         * @return this
         */
        public Builder logitBias(int id, double bias) {
            atLeast("logitBias token id", id, 0);
            logitBias.put(
                    id,
                    bias == Double.NEGATIVE_INFINITY ? Double.valueOf(bias) : check("logitBias", bias, -1000, 1000));
            return this;
        }

        /**
         * Sets all biases.
         *
         * @param biases by token id; see {@link #logitBias(int, double)}
         * @return this
         */
        public Builder logitBias(Map<Integer, Double> biases) {
            logitBias.clear();
            biases.forEach(this::logitBias);
            return this;
        }

        /**
         * Makes sampling repeatable: one seed gives one result, on every machine. In a chat each turn starts from it
         * afresh. Unset means a different result each time.
         *
         * @param seed any number
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Limits the answer.
         *
         * @param maxNewTokens at least 1; wins over {@link #maxLength} if both are set, as in transformers
         * @return this
         */
        public Builder maxNewTokens(int maxNewTokens) {
            this.maxNewTokens = atLeast("maxNewTokens", maxNewTokens, 1);
            return this;
        }

        /**
         * Limits prompt and answer together.
         *
         * @param maxLength at least 1; a prompt that leaves no room for an answer is an error
         * @return this
         */
        public Builder maxLength(int maxLength) {
            this.maxLength = atLeast("maxLength", maxLength, 1);
            return this;
        }

        /**
         * Ends the answer where one of these texts would begin in it, also if it is spread over several tokens.
         *
         * @param stopStrings texts of at least one character each; replaces earlier ones
         * @return this
         */
        public Builder stopStrings(List<String> stopStrings) {
            List<String> checked = new ArrayList<>();
            for (String stop : stopStrings) {
                if (stop.isEmpty()) {
                    throw new IllegalArgumentException("stopStrings must not contain an empty text");
                }
                if (stop.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                    throw new IllegalArgumentException("stopStrings must not contain half a surrogate pair");
                }
                checked.add(stop);
            }
            this.stopStrings.clear();
            this.stopStrings.addAll(checked);
            return this;
        }

        /**
         * See {@link #stopStrings(List)}.
         *
         * @param stopStrings texts of at least one character each; replaces earlier ones
         * @return this
         */
        public Builder stopStrings(String... stopStrings) {
            return stopStrings(List.of(stopStrings));
        }

        /**
         * Token ids that end the answer, besides those of the model.
         *
         * @param stopIds at least 0 each; replaces earlier ones
         * @return this
         */
        public Builder stopIds(List<Integer> stopIds) {
            stopIds.forEach(id -> atLeast("stopIds", id, 0));
            List<Integer> copy = List.copyOf(stopIds);
            this.stopIds.clear();
            this.stopIds.addAll(copy);
            return this;
        }

        /**
         * Asks for the probabilities of the chosen tokens, see {@link TokenLogprob}.
         *
         * @param logprobs how many of the most likely tokens to report with each chosen one, 0..1000
         * @return this
         */
        public Builder logprobs(int logprobs) {
            atLeast("logprobs", logprobs, 0);
            if (logprobs > 1000) {
                throw new IllegalArgumentException("logprobs must be at most 1000, but is " + logprobs);
            }
            this.logprobs = logprobs;
            return this;
        }

        /** The options. */
        public GenerationOptions build() {
            return new GenerationOptions(new Values(
                    doSample,
                    temperature,
                    topK,
                    topP,
                    minP,
                    repetitionPenalty,
                    presencePenalty,
                    frequencyPenalty,
                    Collections.unmodifiableSortedMap(new TreeMap<>(logitBias)),
                    seed,
                    maxNewTokens,
                    maxLength,
                    List.copyOf(stopStrings),
                    List.copyOf(stopIds),
                    logprobs));
        }

        private static int atLeast(String name, int value, int least) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", but is " + value);
            }
            return value;
        }

        private static double check(String name, double value, double least, double most) {
            if (value >= least && value <= most) {
                return value;
            }
            String range = least == Double.MIN_VALUE
                    ? "above 0 and finite"
                    : most == Double.MAX_VALUE ? "at least 0 and finite" : "in " + least + ".." + most;
            throw new IllegalArgumentException(name + " must be " + range + ", but is " + value);
        }
    }
}
