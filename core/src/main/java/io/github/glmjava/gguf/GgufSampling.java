package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How text is to be chosen, which llama.cpp's converter takes from {@code generation_config.json} to keys of
 * {@code general.sampling}, and which goes back here.
 */
final class GgufSampling {
    private static final Logger LOG = LoggerFactory.getLogger(GgufSampling.class);
    private static final String PREFIX = "general.sampling.";
    private static final String TEMPERATURE = PREFIX + "temp";
    private static final String TOP_K = PREFIX + "top_k";

    /** Numbers that need no other treatment, by their names in the published file. */
    private static final Map<String, String> NUMBERS =
            Map.of("top_p", "top_p", "min_p", "min_p", "penalty_repeat", "repetition_penalty");

    /** What we have not, and the number at which it does nothing; -1 last tokens are all of them. */
    private static final Map<String, Double> UNSUPPORTED =
            Map.of("xtc_probability", 0.0, "mirostat", 0.0, "penalty_last_n", -1.0);

    private GgufSampling() {}

    /**
     * The {@code generation_config.json} that says the same; null if the file says nothing.
     *
     * @throws CheckpointException if a value is not of its type
     */
    static byte @Nullable [] generationConfig(GgufMetadata metadata) throws CheckpointException {
        ObjectNode config = JsonMapper.shared().createObjectNode();
        if (metadata.has(TEMPERATURE) && metadata.number(TEMPERATURE) > 0) {
            config.put("temperature", number(metadata, TEMPERATURE));
        }
        if (metadata.has(TOP_K)) {
            // Nothing and less than nothing are both no limit.
            config.put("top_k", (int) Math.max(0, metadata.whole(TOP_K, Integer.MIN_VALUE, Integer.MAX_VALUE)));
        }
        for (Map.Entry<String, String> name : NUMBERS.entrySet()) {
            String key = PREFIX + name.getKey();
            if (metadata.has(key)) {
                config.put(name.getValue(), number(metadata, key));
            }
        }
        warn(metadata);
        boolean greedy = metadata.has(TEMPERATURE) && metadata.number(TEMPERATURE) <= 0;
        if (config.isEmpty() && !greedy) {
            return null;
        }
        // llama.cpp draws unless the temperature is 0, transformers only if it is told to.
        return JsonMapper.shared().writeValueAsBytes(config.put("do_sample", !greedy));
    }

    /** Floats of 32 bits were decimal numbers with few digits. */
    private static double number(GgufMetadata metadata, String key) throws CheckpointException {
        return Double.parseDouble(Float.toString((float) metadata.number(key)));
    }

    private static void warn(GgufMetadata metadata) throws CheckpointException {
        List<String> unsupported = new ArrayList<>();
        for (Map.Entry<String, Double> name : UNSUPPORTED.entrySet()) {
            String key = PREFIX + name.getKey();
            if (metadata.has(key) && metadata.number(key) != name.getValue()) {
                unsupported.add(key);
            }
        }
        if (metadata.has(PREFIX + "sequence")) {
            unsupported.add(PREFIX + "sequence");
        }
        if (!unsupported.isEmpty()) {
            LOG.warn("these settings are not supported and have no effect: {}", unsupported);
        }
    }
}
