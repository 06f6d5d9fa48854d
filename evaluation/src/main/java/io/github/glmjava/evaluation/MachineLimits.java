package io.github.glmjava.evaluation;

/**
 * What plain loops reach on this machine with the same threads: nothing can run faster.
 *
 * @param threads that ran the loops
 * @param readGigabytesPerSecond sequential reading of memory that fits no cache
 * @param multiplyAddGigaflops fused multiply-adds of floats in registers; each counts as two operations
 */
public record MachineLimits(int threads, double readGigabytesPerSecond, double multiplyAddGigaflops) {
    /** The larger of two measurements of each: what the machine can do is what it did at its best. */
    MachineLimits max(MachineLimits other) {
        return new MachineLimits(
                threads,
                Math.max(readGigabytesPerSecond, other.readGigabytesPerSecond),
                Math.max(multiplyAddGigaflops, other.multiplyAddGigaflops));
    }
}
