package io.github.glmjava.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a template that has a value. */
interface Expression {
    /** The value; parts are evaluated by {@link Scope#evaluate}. */
    @Nullable
    Object evaluate(Scope scope);

    /** A value written in the template. */
    record Constant(@Nullable Object value) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return value;
        }
    }

    /** The value of a variable. */
    record Variable(String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return scope.get(name);
        }
    }

    /** {@code [a, b]} or {@code (a, b)}. */
    record ListOf(List<Expression> elements) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            elements.forEach(element -> values.add(scope.evaluate(element)));
            return values;
        }
    }

    /** <code>{"a": b}</code>. */
    record MapOf(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                map.put(Values.key(scope.evaluate(keys.get(i))), scope.evaluate(values.get(i)));
            }
            return map;
        }
    }

    /** {@code value.name}, {@code value[key]}. */
    record Part(Expression value, Expression key) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Values.part(scope.evaluate(value), scope.evaluate(key));
        }
    }

    /** {@code value[from:to]}; a border that is left out is null. */
    record Slice(
            Expression value,
            @Nullable Expression from,
            @Nullable Expression to) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object whole = scope.evaluate(value);
            if (whole instanceof List<?> list) {
                int start = border(scope, from, 0, list.size());
                return list.subList(start, Math.max(start, border(scope, to, list.size(), list.size())));
            } else if (whole instanceof TracedText text) {
                String plain = text.toString();
                int count = plain.codePointCount(0, plain.length());
                int start = border(scope, from, 0, count);
                int end = Math.max(start, border(scope, to, count, count));
                scope.progress().spend(plain.length());
                return text.subSequence(plain.offsetByCodePoints(0, start), plain.offsetByCodePoints(0, end));
            }
            throw new TemplateException(Values.typeName(whole) + " has no slices");
        }

        private static int border(Scope scope, @Nullable Expression border, int absent, int size) {
            Object value = border == null ? null : scope.evaluate(border);
            if (value == null) {
                return absent;
            } else if (value instanceof Long place) {
                return (int) Math.clamp(place < 0 ? place + size : place, 0L, size);
            }
            throw new TemplateException("a slice up to " + Values.typeName(value));
        }
    }

    /** {@code value if condition else other}. */
    record Choice(Expression value, Expression condition, Expression other) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return scope.evaluate(Values.isTrue(scope.evaluate(condition)) ? value : other);
        }
    }

    /** {@code a and b}, {@code a or b}: the value that decides. */
    record Logical(boolean and, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object value = scope.evaluate(left);
            return Values.isTrue(value) == and ? scope.evaluate(right) : value;
        }
    }

    /** {@code not a}. */
    record Not(Expression value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !Values.isTrue(scope.evaluate(value));
        }
    }

    /** An operator with two operands. */
    record Binary(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Operators.apply(operator, scope.evaluate(left), scope.evaluate(right), scope.progress());
        }
    }

    /** {@code a < b <= c}. */
    record Comparison(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object left = scope.evaluate(first);
            for (int i = 0; i < operators.size(); i++) {
                Object right = scope.evaluate(others.get(i));
                if (!Operators.holds(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    /** {@code value is test(arguments)}. */
    record Test(Expression value, String name, Arguments arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Tests.holds(name, scope.evaluate(value), arguments.evaluate(scope));
        }
    }

    /** {@code value | filter(arguments)}. */
    record Filter(Expression value, String name, Arguments arguments) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Filters.apply(name, scope.evaluate(value), arguments.evaluate(scope), scope.progress());
        }
    }

    /** {@code function(arguments)} or {@code macro(arguments)}. */
    record Call(String name, Arguments arguments) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object callee = scope.get(name);
            ArgumentValues values = arguments.evaluate(scope);
            if (callee instanceof Macro macro) {
                return macro.call(values);
            } else if (callee instanceof Undefined) {
                return Functions.call(name, values);
            }
            throw new TemplateException("'" + name + "' is " + Values.typeName(callee) + ", which cannot be called");
        }
    }

    /** {@code value.method(arguments)}. */
    record MethodCall(Expression value, String name, Arguments arguments) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Methods.call(scope.evaluate(value), name, arguments.evaluate(scope), scope.progress());
        }
    }

    /** What stands between the parentheses of a call. */
    record Arguments(List<Expression> positional, Map<String, Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());

        ArgumentValues evaluate(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            positional.forEach(argument -> values.add(scope.evaluate(argument)));
            Map<String, @Nullable Object> byName = new LinkedHashMap<>();
            named.forEach((name, argument) -> byName.put(name, scope.evaluate(argument)));
            return new ArgumentValues(values, byName);
        }
    }
}
