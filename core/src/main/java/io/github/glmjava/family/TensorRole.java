package io.github.glmjava.family;

/** What a tensor is for. */
enum TensorRole {
    /** {@code vocabulary x hidden}. */
    EMBEDDING,
    /** In front of the attention. */
    ATTENTION_NORM,
    /** To queries, keys and values: one matrix, or one for each. */
    QUERY_KEY_VALUE,
    /** From all heads back to the residual stream. */
    ATTENTION_OUTPUT,
    /** Behind the attention. */
    ATTENTION_OUTPUT_NORM,
    /** In front of the feed-forward network. */
    FEED_FORWARD_NORM,
    /** To gates and ups: one matrix, or one for each. */
    GATE_AND_UP,
    /** From the inner features back to the residual stream. */
    DOWN,
    /** Behind the feed-forward network. */
    FEED_FORWARD_OUTPUT_NORM,
    /** In front of the output head. */
    FINAL_NORM,
    /** {@code vocabulary x hidden}. */
    HEAD
}
