package io.github.glmjava.cli;

import io.github.glmjava.GenerationResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A generation's result for other programs. */
final class ResultJson {
    private ResultJson() {}

    static String write(GenerationResult result) {
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", result.usage().promptTokens());
        usage.put("cached_tokens", result.usage().cachedTokens());
        usage.put("generated_tokens", result.usage().generatedTokens());
        Map<String, Object> seconds = new LinkedHashMap<>();
        seconds.put("prompt", seconds(result.timing().promptTime()));
        seconds.put("generation", seconds(result.timing().generationTime()));
        seconds.put("time_to_first_token", seconds(result.timing().timeToFirstToken()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("answer", result.answer());
        json.put("ids", result.ids());
        json.put("finish_reason", result.finishReason().name().toLowerCase(Locale.ROOT));
        json.put("usage", usage);
        json.put("seconds", seconds);
        return JsonMapper.shared().writeValueAsString(json);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
