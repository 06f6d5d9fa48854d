package io.github.glmjava.tokenizer.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value with fields that a template may change, made by {@code namespace(...)}. */
final class Namespace {
    private final Map<String, @Nullable Object> fields = new HashMap<>();

    void set(String name, @Nullable Object value) {
        fields.put(name, value);
    }

    @Nullable
    Object get(String name) {
        return fields.containsKey(name) ? fields.get(name) : new Undefined(name);
    }
}
