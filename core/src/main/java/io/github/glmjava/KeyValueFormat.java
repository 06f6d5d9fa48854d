package io.github.glmjava;

/**
 * How the keys and values of a conversation are kept. They are read again for every token, so that in a long context they
 * weigh as much as the weights do.
 */
public enum KeyValueFormat {
    /**
     * {@link #F32} where the weights are used as stored, {@link #BF16} where they are quantised: what rounding keys and
     * values adds there is small beside what was lost already, and a long context decodes much faster.
     */
    AUTOMATIC,

    /** 32-bit floats: exactly what was computed. */
    F32,

    /** 16-bit floats with 8 bits of precision: half the memory, and half of what each token reads. */
    BF16,

    /** 8-bit integers with a scale for every 32 features, 9 bits a number: little more than a quarter. */
    Q8
}
