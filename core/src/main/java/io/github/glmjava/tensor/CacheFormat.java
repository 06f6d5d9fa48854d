package io.github.glmjava.tensor;

/** How the key-value cache stores numbers. */
public enum CacheFormat {
    /** 32-bit floats, exactly what was computed. */
    F32,

    /** The upper half of a 32-bit float, rounded to nearest: 8 bits of precision. */
    BF16,

    /** 8-bit integers and a scale for every 32 features of a position. */
    Q8
}
