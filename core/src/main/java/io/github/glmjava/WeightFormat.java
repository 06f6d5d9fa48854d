package io.github.glmjava;

/** The format in which a model's weight matrices are held and multiplied. */
public enum WeightFormat {
    /** As they are stored, straight from the memory-mapped files: loads at once and shares memory with other processes. */
    AS_STORED,

    /** 8-bit integers with a scale for every 32 of a row, 8.5 bits a weight: next to no loss. */
    Q8,

    /**
     * As {@link #Q4} but the projections of attention and those back from the feed-forward networks, which are in
     * {@link #Q8}: about 6 bits a weight.
     */
    MIXED,

    /**
     * 4-bit integers with a scale for every 32 of a row, 4.5 bits a weight, and the output head in {@link #Q8}: the
     * smallest and fastest, at some loss.
     */
    Q4
}
