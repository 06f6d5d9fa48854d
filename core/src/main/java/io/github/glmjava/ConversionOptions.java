package io.github.glmjava;

import io.github.glmjava.weights.DType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a model is converted. Immutable.
 *
 * @param dtype the type of all floats, F32, F16 or BF16; null to keep what they have, with F32 for those that were
 *     quantised
 * @param shardBytes how many bytes of weights a file may have; at least 1
 * @param lora folders of low-rank adapters to be merged, and how much of each is added
 * @param ptuning the folder of a P-Tuning v2 prefix to be included, or null
 * @param specialTokens as {@link LoadOptions#specialTokens}
 * @param progress hears how far it is
 */
public record ConversionOptions(
        @Nullable DType dtype,
        long shardBytes,
        Map<Path, Double> lora,
        @Nullable Path ptuning,
        Map<String, Integer> specialTokens,
        LoadListener progress) {
    /** How many bytes of weights a file has by default, as the hubs' own tools have it. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    /** Checks the values and copies the map. */
    public ConversionOptions {
        if (dtype != null && dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("dtype must be F32, F16 or BF16, found " + dtype);
        }
        if (shardBytes < 1) {
            throw new IllegalArgumentException("shardBytes must be at least 1, found " + shardBytes);
        }
        LoadOptions.requireFinite(lora);
        lora = Collections.unmodifiableMap(new LinkedHashMap<>(lora));
        specialTokens = Map.copyOf(specialTokens);
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {
        private @Nullable DType dtype;
        private long shardBytes = DEFAULT_SHARD_BYTES;
        private final Map<Path, Double> lora = new LinkedHashMap<>();
        private @Nullable Path ptuning;
        private Map<String, Integer> specialTokens = Map.of();
        private LoadListener progress = (stage, fraction) -> {};

        private Builder() {}

        /** The type of all floats; default: what they have, and F32 for those that were quantised. */
        public Builder dtype(DType type) {
            dtype = type;
            return this;
        }

        /** How many bytes of weights a file may have; default 5 GB. */
        public Builder shardBytes(long bytes) {
            shardBytes = bytes;
            return this;
        }

        /**
         * Merges a low-rank adapter. May be called for several, which are summed.
         *
         * @param folder holds the adapter as PEFT saves it
         * @param weight how much of it is added; 1 is what it was trained for
         */
        public Builder lora(Path folder, double weight) {
            lora.put(folder, weight);
            return this;
        }

        /** Includes a trained prefix of P-Tuning v2, as the ptuning scripts of ChatGLM save it; default: none. */
        public Builder ptuning(Path folder) {
            ptuning = folder;
            return this;
        }

        /** Ids of special tokens by name, for folders that do not say them; they are written into the new one. */
        public Builder specialTokens(Map<String, Integer> ids) {
            specialTokens = Map.copyOf(ids);
            return this;
        }

        /** Who hears how far it is; default: nobody. */
        public Builder progress(LoadListener listener) {
            progress = listener;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public ConversionOptions build() {
            return new ConversionOptions(dtype, shardBytes, lora, ptuning, specialTokens, progress);
        }
    }
}
