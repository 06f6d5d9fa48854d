package io.github.glmjava.cli;

import io.github.glmjava.evaluation.BenchmarkResult;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A benchmark's result for people and for programs. */
final class BenchmarkReport {
    private BenchmarkReport() {}

    static String table(BenchmarkResult result) {
        return String.format(
                Locale.ROOT,
                """
                model        %s, weights %s
                machine      %d threads, %s, Java %s
                             reads %.1f GB/s, float multiply-adds %.1f GFLOP/s
                loading      %.0f ms; %.2f s to the first token after %d
                prompt       %8.2f tokens/s   %6.1f GFLOP/s   %.2f of the multiply-adds
                decoding     %8.2f tokens/s   %6.1f GB/s      %.2f of the bandwidth, at depth %d
                memory       %s at most, %s of weights a token
                """,
                result.model(),
                result.weights(),
                result.machine().threads(),
                result.kernels(),
                Runtime.version(),
                result.machine().readGigabytesPerSecond(),
                result.machine().multiplyAddGigaflops(),
                result.loadSeconds() * 1000,
                result.firstTokenSeconds(),
                result.plan().promptTokens(),
                result.prefillTokensPerSecond(),
                result.prefillGigaflops(),
                result.prefillPeakShare(),
                result.decodeTokensPerSecond(),
                result.decodeGigabytesPerSecond(),
                result.decodeBandwidthShare(),
                result.plan().depth(),
                result.peakBytes() < 0 ? "unknown" : Figures.bytes(result.peakBytes()),
                Figures.bytes(result.bytesPerToken()));
    }

    static String json(BenchmarkResult result) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("threads", result.machine().threads());
        machine.put("read_gb_s", result.machine().readGigabytesPerSecond());
        machine.put("fma_gflops", result.machine().multiplyAddGigaflops());
        machine.put("kernels", result.kernels());
        machine.put("java", Runtime.version().toString());

        Map<String, Object> prefill = new LinkedHashMap<>();
        prefill.put("tokens", result.plan().promptTokens());
        prefill.put("tok_s", result.prefillTokensPerSecond());
        prefill.put("gflops", result.prefillGigaflops());
        prefill.put("peak_share", result.prefillPeakShare());
        prefill.put("tok_s_each", result.prefill());

        Map<String, Object> decode = new LinkedHashMap<>();
        decode.put("tokens", result.plan().generatedTokens());
        decode.put("depth", result.plan().depth());
        decode.put("tok_s", result.decodeTokensPerSecond());
        decode.put("gb_s", result.decodeGigabytesPerSecond());
        decode.put("bandwidth_share", result.decodeBandwidthShare());
        decode.put("bytes_per_token", result.bytesPerToken());
        decode.put("tok_s_each", result.decode());

        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", result.model());
        json.put("weights", result.weights());
        json.put("machine", machine);
        json.put("load_ms", result.loadSeconds() * 1000);
        json.put("first_token_ms", result.firstTokenSeconds() * 1000);
        json.put("prefill", prefill);
        json.put("decode", decode);
        json.put("rss_bytes", result.peakBytes() < 0 ? null : result.peakBytes());
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }
}
