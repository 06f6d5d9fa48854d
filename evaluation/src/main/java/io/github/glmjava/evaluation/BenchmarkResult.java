package io.github.glmjava.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a benchmark measured.
 *
 * @param model its name
 * @param weights its formats, for people
 * @param keyValues the format of keys and values, for people
 * @param kernels what computed
 * @param plan what was asked for
 * @param machine the limits, measured beside it
 * @param start how long it took to begin
 * @param promptMultiplyAdds of a prompt in all matrices, without attention
 * @param bytesPerToken weights that one decoded token reads
 * @param prefill of prompts
 * @param decode of one sequence that begins with an empty cache
 * @param depths of one sequence with some tokens in the cache, measured in turns with {@code decode}
 * @param batch of several sequences decoded together, in turns with {@code decode}, or null if that was not asked for
 * @param peakBytes the largest resident memory, or -1 where it is not known
 */
public record BenchmarkResult(
        String model,
        String weights,
        String keyValues,
        String kernels,
        BenchmarkPlan plan,
        MachineLimits machine,
        Start start,
        long promptMultiplyAdds,
        long bytesPerToken,
        Speeds prefill,
        Speeds decode,
        List<AtDepth> depths,
        @Nullable Speeds batch,
        long peakBytes) {
    /**
     * How long it took to begin, on code that the JVM has not compiled yet. The time to make random weights does not count.
     *
     * @param loadSeconds from the files to a network that is ready
     * @param firstTokenSeconds from the beginning of loading to the logits after the first prompt
     * @param coldSeconds from the start of the JVM to these logits
     */
    public record Start(double loadSeconds, double firstTokenSeconds, double coldSeconds) {}

    /** The speed with {@code depth} tokens in the cache. */
    public record AtDepth(int depth, Speeds speeds) {}

    /** Copies the list. */
    public BenchmarkResult {
        depths = List.copyOf(depths);
    }

    /** The speed of a prompt in multiply-adds of matrices, two operations each. */
    public double prefillGigaflops() {
        return 2.0 * promptMultiplyAdds / plan.promptTokens() * prefill.median() / 1e9;
    }

    /** {@link #prefillGigaflops} as a share of what float multiply-adds can reach; integer kernels may exceed 1. */
    public double prefillPeakShare() {
        return prefillGigaflops() / machine.multiplyAdding().median();
    }

    /** The weights that decoding reads in a second. */
    public double decodeGigabytesPerSecond() {
        return bytesPerToken * decode.median() / 1e9;
    }

    /** {@link #decodeGigabytesPerSecond} as a share of what reading can reach. */
    public double decodeBandwidthShare() {
        return decodeGigabytesPerSecond() / machine.reading().median();
    }

    /** Some speed compared with {@link #decode}. */
    public double ratioToDecode(Speeds speeds) {
        return speeds.median() / decode.median();
    }
}
