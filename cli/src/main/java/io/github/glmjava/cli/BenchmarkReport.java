package io.github.glmjava.cli;

import io.github.glmjava.evaluation.BenchmarkResult;
import io.github.glmjava.evaluation.Speeds;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A benchmark's result for people and for programs. */
final class BenchmarkReport {
    private BenchmarkReport() {}

    static String table(BenchmarkResult result) {
        Formatter table = new Formatter(Locale.ROOT);
        table.format("model        %s, weights %s%n", result.model(), result.weights());
        table.format(
                "machine      %d threads, %s, Java %s%n",
                result.machine().threads(), result.kernels(), Runtime.version());
        table.format(
                "             beside decoding reads %.1f GB/s (%.1f at best), beside prompts float multiply-adds %.1f GFLOP/s (%.1f)%n",
                result.machine().reading().median(),
                result.machine().reading().best(),
                result.machine().multiplyAdding().median(),
                result.machine().multiplyAdding().best());
        table.format(
                "loading      %.0f ms; %.2f s to the first token after %d, %.2f s from the start of the JVM%n",
                result.start().loadSeconds() * 1000,
                result.start().firstTokenSeconds(),
                result.plan().promptTokens(),
                result.start().coldSeconds());
        table.format(
                "prompt       %8.2f tokens/s   %6.1f GFLOP/s   %.2f of the multiply-adds%n",
                result.prefill().median(), result.prefillGigaflops(), result.prefillPeakShare());
        table.format(
                "decoding     %8.2f tokens/s   %6.1f GB/s      %.2f of the bandwidth%n",
                result.decode().median(), result.decodeGigabytesPerSecond(), result.decodeBandwidthShare());
        for (BenchmarkResult.AtDepth depth : result.depths()) {
            table.format(
                    "             %8.2f tokens/s at depth %d, %.2f of that on an empty cache (%s)%n",
                    depth.speeds().median(), depth.depth(), result.ratioToDecode(depth.speeds()), result.keyValues());
        }
        Speeds batch = result.batch();
        if (batch != null) {
            table.format(
                    "             %8.2f tokens/s of %d sequences together, %.2f times one%n",
                    batch.median(), result.plan().sequences(), result.ratioToDecode(batch));
        }
        table.format(
                "memory       %s at most, %s of weights a token%n",
                result.peakBytes() < 0 ? "unknown" : Figures.bytes(result.peakBytes()),
                Figures.bytes(result.bytesPerToken()));
        return table.toString();
    }

    static String json(BenchmarkResult result) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("threads", result.machine().threads());
        machine.put("read_gb_s", result.machine().reading().median());
        machine.put("read_gb_s_each", result.machine().reading().each());
        machine.put("fma_gflops", result.machine().multiplyAdding().median());
        machine.put("fma_gflops_each", result.machine().multiplyAdding().each());
        machine.put("kernels", result.kernels());
        machine.put("java", Runtime.version().toString());

        Map<String, Object> prefill = new LinkedHashMap<>();
        prefill.put("tokens", result.plan().promptTokens());
        prefill.put("tok_s", result.prefill().median());
        prefill.put("gflops", result.prefillGigaflops());
        prefill.put("peak_share", result.prefillPeakShare());
        prefill.put("tok_s_each", result.prefill().each());

        Map<String, Object> decode = new LinkedHashMap<>();
        decode.put("tokens", result.plan().generatedTokens());
        decode.put("tok_s", result.decode().median());
        decode.put("gb_s", result.decodeGigabytesPerSecond());
        decode.put("bandwidth_share", result.decodeBandwidthShare());
        decode.put("bytes_per_token", result.bytesPerToken());
        decode.put("tok_s_each", result.decode().each());

        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", result.model());
        json.put("weights", result.weights());
        json.put("kv", result.keyValues());
        json.put("machine", machine);
        json.put("load_ms", result.start().loadSeconds() * 1000);
        json.put("first_token_ms", result.start().firstTokenSeconds() * 1000);
        json.put("cold_first_token_ms", result.start().coldSeconds() * 1000);
        json.put("prefill", prefill);
        json.put("decode", decode);
        json.put(
                "depths",
                result.depths().stream().map(depth -> depth(result, depth)).toList());
        json.put("batch", batch(result));
        json.put("rss_bytes", result.peakBytes() < 0 ? null : result.peakBytes());
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }

    private static Map<String, Object> depth(BenchmarkResult result, BenchmarkResult.AtDepth depth) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("depth", depth.depth());
        json.put("tok_s", depth.speeds().median());
        json.put("ratio", result.ratioToDecode(depth.speeds()));
        json.put("tok_s_each", depth.speeds().each());
        return json;
    }

    private static @Nullable Map<String, Object> batch(BenchmarkResult result) {
        Speeds speeds = result.batch();
        if (speeds == null) {
            return null;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sequences", result.plan().sequences());
        json.put("tok_s", speeds.median());
        json.put("speedup", result.ratioToDecode(speeds));
        json.put("tok_s_each", speeds.each());
        return json;
    }
}
