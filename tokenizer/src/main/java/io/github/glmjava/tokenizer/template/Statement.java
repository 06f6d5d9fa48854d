package io.github.glmjava.tokenizer.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a template that writes or sets something. */
interface Statement {
    /** Its line in the source. */
    int line();

    /** Does it. */
    void execute(Scope scope, TracedText.Builder out);

    /** Does one after the other, within the limits. */
    static void executeAll(List<Statement> statements, Scope scope, TracedText.Builder out) {
        Progress progress = scope.progress();
        progress.enter();
        for (Statement statement : statements) {
            int before = out.length();
            progress.at(statement.line());
            statement.execute(scope, out);
            progress.spend(out.length() - before);
            progress.requireWithinOutput(out.length());
        }
        progress.leave();
    }

    /** Text between tags. */
    record Data(int line, TracedText text) implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            out.append(text);
        }
    }

    /** <code>{{ value }}</code>. */
    record Output(int line, Expression value) implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            out.append(Values.text(scope.evaluate(value)));
        }
    }

    /** <code>{% if %}</code> with its branches; the last condition may be the constant true of an else. */
    record If(int line, List<Expression> conditions, List<List<Statement>> branches) implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            for (int i = 0; i < conditions.size(); i++) {
                if (Values.isTrue(scope.evaluate(conditions.get(i)))) {
                    executeAll(branches.get(i), scope, out);
                    return;
                }
            }
        }
    }

    /** <code>{% set name = value %}</code>. */
    record Set(int line, String name, Expression value) implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            scope.set(name, scope.evaluate(value));
        }
    }

    /** <code>{% set namespace.field = value %}</code>. */
    record SetField(int line, String name, String field, Expression value) implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            Object target = scope.get(name);
            if (!(target instanceof Namespace namespace)) {
                throw new TemplateException("cannot set '" + field + "' of " + Values.typeName(target));
            }
            namespace.set(field, scope.evaluate(value));
        }
    }

    /** <code>{% macro name(parameters) %}</code>. */
    record MacroDefinition(
            int line, String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            scope.set(name, new Macro(this, scope));
        }
    }

    /** <code>{% for names in elements if condition %}</code>; what is set in one round is gone in the next. */
    record For(
            int line,
            List<String> names,
            Expression elements,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {
        @Override
        public void execute(Scope scope, TracedText.Builder out) {
            List<@Nullable Object> chosen = new ArrayList<>();
            for (Object element : Values.elements(scope.evaluate(elements))) {
                scope.progress().spend(0);
                Object value = Values.imported(element);
                Scope round = scope.inner();
                assign(round, value);
                if (condition == null || Values.isTrue(round.evaluate(condition))) {
                    chosen.add(value);
                }
            }
            for (int i = 0; i < chosen.size(); i++) {
                Scope round = scope.inner();
                assign(round, chosen.get(i));
                round.set("loop", loop(chosen, i));
                executeAll(body, round, out);
            }
            if (chosen.isEmpty()) {
                executeAll(otherwise, scope, out);
            }
        }

        private void assign(Scope round, @Nullable Object value) {
            if (names.size() == 1) {
                round.set(names.getFirst(), value);
                return;
            }
            List<?> parts = Values.elements(value);
            if (parts.size() != names.size()) {
                throw new TemplateException("a loop over " + names + " with " + parts.size() + " values");
            }
            for (int i = 0; i < names.size(); i++) {
                round.set(names.get(i), parts.get(i));
            }
        }

        private static Map<String, @Nullable Object> loop(List<@Nullable Object> elements, int index) {
            int size = elements.size();
            Map<String, @Nullable Object> loop = new HashMap<>();
            loop.put("index", index + 1);
            loop.put("index0", index);
            loop.put("revindex", size - index);
            loop.put("revindex0", size - index - 1);
            loop.put("first", index == 0);
            loop.put("last", index + 1 == size);
            loop.put("length", size);
            loop.put("previtem", index == 0 ? new Undefined("previtem") : elements.get(index - 1));
            loop.put("nextitem", index + 1 == size ? new Undefined("nextitem") : elements.get(index + 1));
            return loop;
        }
    }
}
