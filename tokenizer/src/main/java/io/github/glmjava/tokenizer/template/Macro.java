package io.github.glmjava.tokenizer.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a template that can be called; it sees the variables of the place where it is defined. */
final class Macro {
    private final Statement.MacroDefinition definition;
    private final Scope scope;

    Macro(Statement.MacroDefinition definition, Scope scope) {
        this.definition = definition;
        this.scope = scope;
    }

    TracedText call(ArgumentValues arguments) {
        List<String> names = definition.parameters();
        List<@Nullable Object> values = arguments.bind(definition.name(), 0, names.toArray(new String[0]));
        Scope inside = scope.inner();
        for (int i = 0; i < names.size(); i++) {
            Object value = values.get(i);
            Expression absent = definition.defaults().get(names.get(i));
            inside.set(names.get(i), value instanceof Undefined && absent != null ? inside.evaluate(absent) : value);
        }
        TracedText.Builder out = new TracedText.Builder();
        Statement.executeAll(definition.body(), inside, out);
        return out.build();
    }
}
