package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code post_processor} puts around a text: {@code ByteLevel} nothing (it changes offsets), {@code TemplateProcessing} the
 * special tokens of its template for a single text.
 *
 * @param prefix ids before the text
 * @param suffix ids behind it
 */
record PostProcessor(List<Integer> prefix, List<Integer> suffix) {
    private static final int MAX_SPECIAL_TOKENS = 64;

    static PostProcessor read(@Nullable JsonObject processor, List<@Nullable String> tokens) throws TokenizerException {
        if (processor == null) {
            return new PostProcessor(List.of(), List.of());
        }
        List<JsonObject> steps = List.of(processor);
        if (processor.text("type").equals("Sequence")) {
            processor.requireOnly("type", "processors");
            steps = processor.objects("processors");
        }
        PostProcessor result = null;
        for (JsonObject step : steps) {
            String type = step.text("type");
            if (type.equals("TemplateProcessing")) {
                if (result != null) {
                    throw step.malformed("", "a second template, only one is supported");
                }
                result = template(step, tokens);
            } else if (type.equals("ByteLevel")) {
                step.requireOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
            } else {
                throw step.malformed(
                        "type", "found " + JsonObject.shown(type) + ", supported are ByteLevel and TemplateProcessing");
            }
        }
        return result != null ? result : new PostProcessor(List.of(), List.of());
    }

    private static PostProcessor template(JsonObject step, List<@Nullable String> tokens) throws TokenizerException {
        step.requireOnly("type", "single", "pair", "special_tokens");
        JsonObject specials = step.requireObject("special_tokens");
        List<Integer> prefix = new ArrayList<>();
        List<Integer> suffix = new ArrayList<>();
        boolean seenText = false;
        for (JsonObject part : step.objects("single")) {
            part.requireOnly("Sequence", "SpecialToken");
            JsonObject special = part.object("SpecialToken");
            if (special == null) {
                if (seenText || !"A".equals(part.requireObject("Sequence").get("id"))) {
                    throw part.malformed("Sequence", "expected the one text A");
                }
                seenText = true;
                continue;
            }
            JsonObject token = specials.requireObject(special.text("id"));
            for (Object id : token.list("ids")) {
                if (!(id instanceof Integer number)
                        || number < 0
                        || number >= tokens.size()
                        || tokens.get(number) == null) {
                    throw token.malformed("ids", "found " + JsonObject.shown(id) + ", which is no token");
                }
                (seenText ? suffix : prefix).add(number);
            }
            if (prefix.size() + suffix.size() > MAX_SPECIAL_TOKENS) {
                throw step.malformed("single", "more than " + MAX_SPECIAL_TOKENS + " special tokens");
            }
        }
        if (!seenText) {
            throw step.malformed("single", "expected the text A among its parts");
        }
        return new PostProcessor(List.copyOf(prefix), List.copyOf(suffix));
    }
}
