package io.github.glmjava.family;

/** What a tensor is for. */
enum TensorRole {
    /** {@code vocabulary x hidden}. */
    EMBEDDING,
    /** {@code positions x hidden}: of positions in the text. */
    POSITION_EMBEDDING,
    /** {@code positions x hidden}: of positions in a blank. */
    BLANK_POSITION_EMBEDDING,
    /** In front of the attention. */
    ATTENTION_NORM,
    /** To queries, keys and values: one matrix, or one for each. */
    QUERY_KEY_VALUE,
    /** For each head's query. */
    QUERY_NORM,
    /** For each head's key. */
    KEY_NORM,
    /** To all queries, where they are not compressed. */
    QUERY,
    /** To compressed queries. */
    QUERY_DOWN,
    /** Of compressed queries. */
    QUERY_DOWN_NORM,
    /** From compressed queries to all queries. */
    QUERY_UP,
    /** To the latent of keys and values, and the turned features of the key. */
    LATENT_DOWN,
    /** Of the latent. */
    LATENT_NORM,
    /** From the latent to each head's key and value. */
    LATENT_UP,
    /** One head's part of it for keys, transposed, where a file has the parts instead of the whole: GGUF has. */
    KEY_TO_LATENT,
    /** One head's part of it for values. */
    LATENT_TO_VALUE,
    /** From all heads back to the residual stream. */
    ATTENTION_OUTPUT,
    /** Behind the attention. */
    ATTENTION_OUTPUT_NORM,
    /** In front of the feed-forward network. */
    FEED_FORWARD_NORM,
    /** To gates and ups: one matrix, or one for each. */
    GATE_AND_UP,
    /** To the inner features of a feed-forward network without a gate. */
    UP,
    /** From the inner features back to the residual stream. */
    DOWN,
    /** {@code experts x hidden}. */
    ROUTER,
    /** What is added to the experts' scores for the choice. */
    ROUTER_CORRECTION,
    /** As {@link #GATE_AND_UP}, of one expert. */
    EXPERT_GATE_AND_UP,
    /** As {@link #DOWN}, of one expert. */
    EXPERT_DOWN,
    /** As {@link #GATE_AND_UP}, of the shared experts. */
    SHARED_GATE_AND_UP,
    /** As {@link #DOWN}, of the shared experts. */
    SHARED_DOWN,
    /** Behind the feed-forward network. */
    FEED_FORWARD_OUTPUT_NORM,
    /** In front of the output head. */
    FINAL_NORM,
    /** {@code vocabulary x hidden}. */
    HEAD
}
