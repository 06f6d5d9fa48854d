package io.github.glmjava.layer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The architecture of a GLM, whatever its family calls things. A family reads its own {@code config.json} into this
 * record; layers look at nothing else.
 *
 * @param vocabularySize rows of the embedding and of the output head, padding included
 * @param hiddenSize features of the residual stream
 * @param layers the number of blocks
 * @param contextLength the most tokens of a sequence
 * @param attention heads and projections
 * @param rotary how queries and keys are turned by their position
 * @param norm the norms of a block and how its residual stream goes on
 * @param feedForward the feed-forward networks
 * @param tiedHead whether the embedding is the output head too
 * @param learnedPositions rows of the tables of learned positions; 0 where there are none
 * @param blank how the prompt is read where the model fills blanks, or null where it only goes on
 */
public record GlmConfig(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int contextLength,
        AttentionConfig attention,
        RotaryConfig rotary,
        NormConfig norm,
        FeedForwardConfig feedForward,
        boolean tiedHead,
        int learnedPositions,
        @Nullable BlankConfig blank) {
    /** Starts an architecture; everything without a default must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Puts an architecture together. */
    public static final class Builder {
        private int vocabularySize;
        private int hiddenSize;
        private int layers;
        private int contextLength;
        private @Nullable AttentionConfig attention;
        private @Nullable RotaryConfig rotary;
        private @Nullable NormConfig norm;
        private @Nullable FeedForwardConfig feedForward;
        private boolean tiedHead;
        private int learnedPositions;
        private @Nullable BlankConfig blank;

        private Builder() {}

        /** Rows of the embedding and of the output head, padding included. */
        public Builder vocabularySize(int rows) {
            vocabularySize = rows;
            return this;
        }

        /** Features of the residual stream. */
        public Builder hiddenSize(int features) {
            hiddenSize = features;
            return this;
        }

        /** The number of blocks. */
        public Builder layers(int blocks) {
            layers = blocks;
            return this;
        }

        /** The most tokens of a sequence. */
        public Builder contextLength(int tokens) {
            contextLength = tokens;
            return this;
        }

        /** Heads and projections. */
        public Builder attention(AttentionConfig config) {
            attention = config;
            return this;
        }

        /** How queries and keys are turned by their position. */
        public Builder rotary(RotaryConfig config) {
            rotary = config;
            return this;
        }

        /** The norms of a block and how its residual stream goes on. */
        public Builder norm(NormConfig config) {
            norm = config;
            return this;
        }

        /** The feed-forward networks. */
        public Builder feedForward(FeedForwardConfig config) {
            feedForward = config;
            return this;
        }

        /** Whether the embedding is the output head too; default: no. */
        public Builder tiedHead(boolean tied) {
            tiedHead = tied;
            return this;
        }

        /** Rows of the tables of learned positions; default: none. */
        public Builder learnedPositions(int rows) {
            learnedPositions = rows;
            return this;
        }

        /** How the prompt of a model that fills blanks is read; default: the model only goes on. */
        public Builder blank(BlankConfig config) {
            blank = config;
            return this;
        }

        /**
         * The architecture.
         *
         * @throws NullPointerException if a part is missing
         */
        public GlmConfig build() {
            return new GlmConfig(
                    vocabularySize,
                    hiddenSize,
                    layers,
                    contextLength,
                    Objects.requireNonNull(attention, "attention"),
                    Objects.requireNonNull(rotary, "rotary"),
                    Objects.requireNonNull(norm, "norm"),
                    Objects.requireNonNull(feedForward, "feedForward"),
                    tiedHead,
                    learnedPositions,
                    blank);
        }
    }
}
