package io.github.glmjava;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to load a model. Immutable.
 *
 * @param threads threads that work on one token or prompt, the calling one included; at least 1
 * @param prefillChunk the most tokens of a prompt that run through the layers at a time, or {@link #AUTOMATIC_CHUNK}: more read the
 *     weights less often and take more memory and space in the caches; the results are the same
 * @param weights the format in which weight matrices are held; the embedding, which is only looked up, stays as stored
 * @param memory where weights lie that are used as stored
 * @param lora folders of low-rank adapters, as PEFT saves them, and how much of each is added: 1 is what it was trained for
 * @param ptuning the folder of a P-Tuning v2 prefix, or null for none but what the model's folder may hold itself
 * @param keyValues the format of the keys and values that a sequence keeps
 * @param specialTokens ids of special tokens by name, for folders that do not say them: an original GLM without
 *     {@code added_tokens.json}; others ignore them
 * @param progress hears how far loading is
 */
public record LoadOptions(
        int threads,
        int prefillChunk,
        WeightFormat weights,
        WeightMemory memory,
        Map<Path, Double> lora,
        @Nullable Path ptuning,
        KeyValueFormat keyValues,
        Map<String, Integer> specialTokens,
        LoadListener progress) {
    /** As many tokens at a time as suit the weights: 264 where they are quantised, else 528. */
    public static final int AUTOMATIC_CHUNK = 0;

    /** Checks the ranges and copies the map. */
    public LoadOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, found " + threads);
        }
        if (prefillChunk < 0) {
            throw new IllegalArgumentException("prefillChunk must not be negative, found " + prefillChunk);
        }
        specialTokens = Map.copyOf(specialTokens);
        requireFinite(lora);
        lora = Collections.unmodifiableMap(new LinkedHashMap<>(lora));
    }

    /** Checks the weights of adapters. */
    static void requireFinite(Map<Path, Double> lora) {
        for (Map.Entry<Path, Double> adapter : lora.entrySet()) {
            if (!Double.isFinite(adapter.getValue())) {
                throw new IllegalArgumentException("the weight of an adapter must be finite, found "
                        + adapter.getValue() + " for " + adapter.getKey());
            }
        }
    }

    /** Options for all processors that the JVM may use, with nobody listening. */
    public static LoadOptions defaults() {
        return builder().build();
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {
        private int threads = Runtime.getRuntime().availableProcessors();

        private int prefillChunk = AUTOMATIC_CHUNK;
        private WeightFormat weights = WeightFormat.AS_STORED;
        private WeightMemory memory = WeightMemory.MAPPED;
        private final Map<Path, Double> lora = new LinkedHashMap<>();
        private @Nullable Path ptuning;
        private KeyValueFormat keyValues = KeyValueFormat.AUTOMATIC;
        private Map<String, Integer> specialTokens = Map.of();
        private LoadListener progress = (stage, fraction) -> {};

        private Builder() {}

        /** Threads that work on one token or prompt; default: the processors that the JVM may use. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** The most tokens of a prompt that run through the layers at a time; default: {@link #AUTOMATIC_CHUNK}. */
        public Builder prefillChunk(int tokens) {
            prefillChunk = tokens;
            return this;
        }

        /** The format in which weight matrices are held; default: as stored. Others are made while loading. */
        public Builder weights(WeightFormat format) {
            weights = format;
            return this;
        }

        /** Where weights lie that are used as stored; default: in their mapped files. */
        public Builder memory(WeightMemory where) {
            memory = where;
            return this;
        }

        /** Adds a low-rank adapter: {@link #lora(Path, double)} with weight 1. */
        public Builder lora(Path folder) {
            return lora(folder, 1);
        }

        /**
         * Adds a low-rank adapter. May be called for several, which are summed.
         *
         * @param folder holds {@code adapter_config.json} and {@code adapter_model.safetensors} or
         *     {@code adapter_model.bin}, as PEFT saves them
         * @param weight how much of it is added; 1 is what it was trained for
         */
        public Builder lora(Path folder, double weight) {
            lora.put(folder, weight);
            return this;
        }

        /**
         * Puts a trained prefix of P-Tuning v2 before every sequence; default: none but what the model's folder may hold.
         *
         * @param folder holds the checkpoint of the prefix encoder, as the ptuning scripts of ChatGLM save it
         */
        public Builder ptuning(Path folder) {
            ptuning = folder;
            return this;
        }

        /**
         * The format of the keys and values that a sequence keeps; default: 32-bit floats, as they are computed, or BF16
         * where the weights are quantised.
         */
        public Builder keyValues(KeyValueFormat format) {
            keyValues = format;
            return this;
        }

        /**
         * Ids of special tokens by their names in {@code added_tokens.json}, such as {@code <|startofpiece|>} and
         * {@code [MASK]}; used where an original GLM's folder has no such file. Default: none.
         */
        public Builder specialTokens(Map<String, Integer> ids) {
            specialTokens = Map.copyOf(ids);
            return this;
        }

        /** Who hears how far loading is; default: nobody. */
        public Builder progress(LoadListener listener) {
            progress = listener;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public LoadOptions build() {
            return new LoadOptions(
                    threads, prefillChunk, weights, memory, lora, ptuning, keyValues, specialTokens, progress);
        }
    }
}
