package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.python.PythonJson;
import io.github.glmjava.tokenizer.python.PythonText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of templates: null for {@code none}, Boolean, Number, {@link TracedText}, List, Map, {@link Undefined},
 * {@link Namespace}, {@link Macro}. Data comes in as plain JSON values, whose strings become texts when they are reached.
 */
@SuppressWarnings("IfChainToSwitch") // type patterns in switch are more than the formatter parses
final class Values {
    private static final int MAX_NESTING = 100;

    private Values() {}

    /** A value as templates have it. */
    static @Nullable Object imported(@Nullable Object value) {
        if (value instanceof String text) {
            return TracedText.ofData(text);
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        } else if (value instanceof Float || value instanceof BigDecimal) {
            return Double.parseDouble(value.toString());
        } else if (value instanceof BigInteger number && number.bitLength() < 64) {
            return number.longValue();
        }
        return value;
    }

    static boolean isTrue(@Nullable Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Number number) {
            return number.doubleValue() != 0;
        } else if (value instanceof CharSequence text) {
            return !text.isEmpty();
        } else if (value instanceof List<?> list) {
            return !list.isEmpty();
        } else if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return value != null && !(value instanceof Undefined);
    }

    /** What the value prints as. */
    static TracedText text(@Nullable Object value) {
        if (value instanceof TracedText text) {
            return text;
        } else if (value instanceof Undefined) {
            return TracedText.EMPTY;
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            return TracedText.ofTemplate(representation(value, 0));
        }
        return TracedText.ofData(representation(value, 0));
    }

    /** Python's {@code repr}. */
    private static String representation(@Nullable Object value, int depth) {
        if (depth > MAX_NESTING) {
            throw new TemplateException("a value nested more than " + MAX_NESTING + " deep");
        }
        if (value == null) {
            return "None";
        } else if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        } else if (value instanceof Double number) {
            return Double.isNaN(number)
                    ? "nan"
                    : Double.isInfinite(number) ? (number > 0 ? "inf" : "-inf") : repr(number);
        } else if (value instanceof Number) {
            return value.toString();
        } else if (value instanceof CharSequence text) {
            return PythonText.quoted(text.toString());
        }
        StringBuilder out = new StringBuilder();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                out.append(out.isEmpty() ? "" : ", ").append(representation(imported(element), depth + 1));
            }
            return "[" + out + "]";
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(out.isEmpty() ? "" : ", ").append(representation(entry.getKey(), depth + 1));
                out.append(": ").append(representation(imported(entry.getValue()), depth + 1));
            }
            return "{" + out + "}";
        }
        throw new TemplateException(typeName(value) + " has no text");
    }

    private static String repr(double number) {
        return PythonJson.repr(number);
    }

    static boolean areEqual(@Nullable Object left, @Nullable Object right) {
        if (isNumber(left) && isNumber(right)) {
            return compare(left, right) == 0;
        } else if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        } else if (left instanceof List<?> a && right instanceof List<?> b) {
            Iterator<?> others = b.iterator();
            boolean same = a.size() == b.size();
            for (Iterator<?> each = a.iterator(); same && each.hasNext(); ) {
                same = areEqual(imported(each.next()), imported(others.next()));
            }
            return same;
        }
        return Objects.equals(left, right);
    }

    private static boolean isNumber(@Nullable Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    /** Less than, equal to or more than 0, for two numbers or two texts. */
    static int compare(@Nullable Object left, @Nullable Object right) {
        if (left instanceof TracedText a && right instanceof TracedText b) {
            return a.toString().compareTo(b.toString());
        } else if (isNumber(left) && isNumber(right)) {
            return decimal(left).compareTo(decimal(right));
        }
        throw new TemplateException(typeName(left) + " cannot be compared with " + typeName(right));
    }

    private static BigDecimal decimal(@Nullable Object number) {
        if (number instanceof Boolean flag) {
            return flag ? BigDecimal.ONE : BigDecimal.ZERO;
        } else if (number instanceof Double value && !Double.isFinite(value)) {
            throw new TemplateException("a number that is not finite");
        }
        return new BigDecimal(String.valueOf(number));
    }

    /** Whether a collection or text has a part. */
    static boolean contains(@Nullable Object whole, @Nullable Object part) {
        if (whole instanceof TracedText text && part instanceof TracedText piece) {
            return text.toString().contains(piece.toString());
        } else if (whole instanceof Map<?, ?> map) {
            return map.containsKey(key(part));
        } else if (whole instanceof List<?> list) {
            return list.stream().anyMatch(element -> areEqual(imported(element), part));
        } else if (whole instanceof Undefined) {
            return false;
        }
        throw new TemplateException("'in' is not defined for " + typeName(part) + " and " + typeName(whole));
    }

    /** A map's key for a value: maps have strings as keys. */
    static @Nullable Object key(@Nullable Object value) {
        return value instanceof TracedText text ? text.toString() : value;
    }

    /** The elements that a loop goes over. */
    static List<?> elements(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        } else if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        } else if (value instanceof Undefined) {
            return List.of();
        } else if (value instanceof TracedText text) {
            List<TracedText> characters = new ArrayList<>();
            for (int i = 0; i < text.length(); ) {
                int end = text.toString().offsetByCodePoints(i, 1);
                characters.add(text.subSequence(i, end));
                i = end;
            }
            return characters;
        }
        throw new TemplateException(typeName(value) + " has no elements");
    }

    /** {@code value[key]}: undefined if there is no such part. */
    static @Nullable Object part(@Nullable Object value, @Nullable Object key) {
        if (value instanceof Undefined missing) {
            throw new TemplateException("'" + missing.name() + "' is undefined");
        } else if (value instanceof Map<?, ?> map) {
            Object plain = key(key);
            if (map.containsKey(plain)) {
                return imported(map.get(plain));
            }
        } else if (value instanceof Namespace namespace && key instanceof TracedText name) {
            return namespace.get(name.toString());
        } else if (value instanceof List<?> list && key instanceof Long index) {
            long place = index < 0 ? index + list.size() : index;
            if (place >= 0 && place < list.size()) {
                return imported(list.get((int) place));
            }
        } else if (value instanceof TracedText text && key instanceof Long) {
            return part(elements(text), key);
        }
        return new Undefined(key instanceof TracedText name ? name.toString() : String.valueOf(key));
    }

    static String typeName(@Nullable Object value) {
        if (value == null) {
            return "none";
        } else if (value instanceof TracedText) {
            return "a text";
        } else if (value instanceof Boolean) {
            return "a boolean";
        } else if (value instanceof Number) {
            return "a number";
        } else if (value instanceof List<?>) {
            return "a list";
        } else if (value instanceof Map<?, ?>) {
            return "a mapping";
        } else if (value instanceof Undefined missing) {
            return "'" + missing.name() + "', which is undefined,";
        }
        return value.getClass().getSimpleName();
    }
}
