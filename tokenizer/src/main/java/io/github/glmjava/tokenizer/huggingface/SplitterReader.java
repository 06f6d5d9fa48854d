package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.json.JsonObject;
import io.github.glmjava.tokenizer.tiktoken.Glm4Splitter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code pre_tokenizer}: {@code ByteLevel} alone, or a {@code Sequence} in which {@code Split} with a known pattern comes
 * before it. Patterns are recognised by their text and matched by hand: a regular expression from a file could take forever.
 */
public final class SplitterReader {
    /** The pattern of GLM-4 and later. */
    public static final String GLM4_PATTERN =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    static final String GPT2_PATTERN =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private SplitterReader() {}

    static Splitter read(JsonObject preTokenizer) throws TokenizerException {
        List<JsonObject> steps = List.of(preTokenizer);
        if (preTokenizer.text("type").equals("Sequence")) {
            preTokenizer.requireOnly("type", "pretokenizers");
            steps = preTokenizer.objects("pretokenizers");
        }
        Splitter splitter = null;
        boolean inBytes = false;
        for (JsonObject step : steps) {
            String type = step.text("type");
            Splitter found = null;
            if (inBytes) {
                throw step.malformed("type", "found " + JsonObject.shown(type) + ", expected nothing after ByteLevel");
            } else if (type.equals("Split")) {
                found = split(step);
            } else if (type.equals("ByteLevel")) {
                found = byteLevel(step);
                inBytes = true;
            } else {
                throw step.malformed(
                        "type",
                        "found " + JsonObject.shown(type) + ", supported are ByteLevel, and Split before ByteLevel");
            }
            if (found != null && splitter != null) {
                throw step.malformed("", "a second step that splits; only one is supported");
            }
            splitter = found != null ? found : splitter;
        }
        if (!inBytes) {
            throw preTokenizer.malformed("", "no ByteLevel, only byte-level BPE is supported");
        }
        return splitter != null ? splitter : (text, from, end) -> end;
    }

    private static @Nullable Splitter byteLevel(JsonObject step) throws TokenizerException {
        step.requireOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        if (step.flag("add_prefix_space", true)) {
            throw step.malformed("add_prefix_space", "found true or nothing, only false is supported");
        }
        return step.flag("use_regex", true) ? Gpt2Splitter::endOfMatch : null;
    }

    private static Splitter split(JsonObject step) throws TokenizerException {
        step.requireOnly("type", "pattern", "behavior", "invert");
        if (!step.text("behavior").equals("Isolated") || step.flag("invert", false)) {
            throw step.malformed("behavior", "only Isolated, not inverted, is supported");
        }
        JsonObject pattern = step.requireObject("pattern");
        pattern.requireOnly("Regex");
        return switch (pattern.text("Regex")) {
            case GLM4_PATTERN -> Glm4Splitter::endOfMatch;
            case GPT2_PATTERN -> Gpt2Splitter::endOfMatch;
            default ->
                throw pattern.malformed(
                        "Regex",
                        "an unknown pattern, found " + JsonObject.shown(pattern.get("Regex"))
                                + ", supported are those of GLM-4 and GPT-2");
        };
    }
}
