package io.github.glmjava.evaluation;

/**
 * What plain loops reach on this machine with the same threads: nothing can run faster at the same moment.
 *
 * @param threads that ran the loops
 * @param reading sequential reading of memory that fits no cache, gigabytes a second, before and after each round of decoding
 * @param multiplyAdding fused multiply-adds of floats in registers, a thousand million operations a second, two for each, before and
 *     after each prompt
 */
public record MachineLimits(int threads, Speeds reading, Speeds multiplyAdding) {}
