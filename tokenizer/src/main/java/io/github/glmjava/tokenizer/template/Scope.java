package io.github.glmjava.tokenizer.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables that a part of a template sees: its own, then those around it. Not safe for use by several threads. */
final class Scope {
    private final @Nullable Scope outer;
    private final Progress progress;
    private final Map<String, @Nullable Object> variables = new HashMap<>();

    private Scope(@Nullable Scope outer, Progress progress) {
        this.outer = outer;
        this.progress = progress;
    }

    static Scope global(Map<String, ?> variables) {
        Scope scope = new Scope(null, new Progress());
        scope.variables.putAll(variables);
        return scope;
    }

    Scope inner() {
        return new Scope(this, progress);
    }

    Progress progress() {
        return progress;
    }

    void set(String name, @Nullable Object value) {
        variables.put(name, value);
    }

    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.variables.containsKey(name)) {
                return Values.imported(scope.variables.get(name));
            }
        }
        return new Undefined(name);
    }

    /** Evaluates a part of an expression, within the limits. */
    @Nullable
    Object evaluate(Expression expression) {
        progress.spend(0);
        progress.enter();
        Object value = expression.evaluate(this);
        progress.leave();
        return value;
    }
}
