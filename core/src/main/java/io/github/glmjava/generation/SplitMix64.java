package io.github.glmjava.generation;

/**
 * The random numbers of sampling: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
 * OOPSLA 2014, with the mixing constants of Stafford's variant 13). Written out here because a seed has to mean the
 * same numbers on every machine and every Java version, which the JDK's generators do not promise.
 */
final class SplitMix64 {
    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** A number in [0, 1), all multiples of 2^-53 alike. */
    double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }
}
