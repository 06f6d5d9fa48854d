package io.github.glmjava.evaluation;

import java.util.List;

/**
 * What a benchmark measured.
 *
 * @param model its name
 * @param weights its formats, for people
 * @param kernels what computed
 * @param plan what was asked for
 * @param machine the limits, measured in the same run
 * @param loadSeconds from the files to a network that is ready; of random weights, without making them
 * @param firstTokenSeconds from the beginning of loading to the logits after the first prompt, on code that the JVM has not
 *     compiled yet
 * @param multiplyAddsPerToken of all matrices of the layers, without attention and without the head
 * @param headMultiplyAdds of the head, which a prompt needs once
 * @param bytesPerToken weights that one decoded token reads
 * @param prefill tokens a second of each repetition
 * @param decode tokens a second of each repetition
 * @param peakBytes the largest resident memory, or -1 where it is not known
 */
public record BenchmarkResult(
        String model,
        String weights,
        String kernels,
        BenchmarkPlan plan,
        MachineLimits machine,
        double loadSeconds,
        double firstTokenSeconds,
        long multiplyAddsPerToken,
        long headMultiplyAdds,
        long bytesPerToken,
        List<Double> prefill,
        List<Double> decode,
        long peakBytes) {
    /** Copies the lists. */
    public BenchmarkResult {
        prefill = List.copyOf(prefill);
        decode = List.copyOf(decode);
    }

    /** The median speed of a prompt. */
    public double prefillTokensPerSecond() {
        return median(prefill);
    }

    /** The speed of a prompt in multiply-adds of matrices, two operations each. */
    public double prefillGigaflops() {
        double perToken = multiplyAddsPerToken + (double) headMultiplyAdds / plan.promptTokens();
        return 2 * perToken * prefillTokensPerSecond() / 1e9;
    }

    /** {@link #prefillGigaflops} as a share of what float multiply-adds can reach; integer kernels may exceed 1. */
    public double prefillPeakShare() {
        return prefillGigaflops() / machine.multiplyAddGigaflops();
    }

    /** The median speed of decoding. */
    public double decodeTokensPerSecond() {
        return median(decode);
    }

    /** The weights that decoding reads in a second. */
    public double decodeGigabytesPerSecond() {
        return bytesPerToken * decodeTokensPerSecond() / 1e9;
    }

    /** {@link #decodeGigabytesPerSecond} as a share of what reading can reach. */
    public double decodeBandwidthShare() {
        return decodeGigabytesPerSecond() / machine.readGigabytesPerSecond();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
