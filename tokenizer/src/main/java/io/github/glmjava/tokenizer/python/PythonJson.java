package io.github.glmjava.tokenizer.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON as Python's {@code json.dumps(value, ensure_ascii=False)} does, with or without {@code indent}, to the character: the models were trained
 * on that.
 */
public final class PythonJson {
    private static final int MAX_DEPTH = 200;

    private static final int ON_ONE_LINE = -1;

    private final StringBuilder out = new StringBuilder();
    private final int indent;

    private PythonJson(int indent) {
        this.indent = indent;
    }

    /**
     * The JSON of a value, a line for each part, indented by 4.
     *
     * @param value maps with string keys, lists, strings, numbers, booleans and null, nested
     * @throws IllegalArgumentException if there is anything else, or if it is nested more than 200 deep
     */
    public static String indented(@Nullable Object value) {
        return indented(value, 4);
    }

    /** The same, indented by so many spaces. */
    public static String indented(@Nullable Object value, int indent) {
        return new PythonJson(indent).json(value);
    }

    /** The same on one line. */
    public static String compact(@Nullable Object value) {
        return new PythonJson(ON_ONE_LINE).json(value);
    }

    private String json(@Nullable Object value) {
        write(value, 0);
        return out.toString();
    }

    private void write(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("JSON nested more than " + MAX_DEPTH + " deep");
        }
        if (value instanceof List<?> list) {
            writeList(list, depth);
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, depth);
        } else {
            writeScalar(value);
        }
    }

    private void writeScalar(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number number) {
            out.append(number(number));
        } else if (value instanceof CharSequence text) {
            writeString(text);
        } else {
            throw new IllegalArgumentException("a " + value.getClass().getName()
                    + " is no JSON value, expected maps, lists, strings, numbers, booleans and null");
        }
    }

    private void writeList(List<?> list, int depth) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (Iterator<?> elements = list.iterator(); elements.hasNext(); ) {
            newLine(depth + 1);
            write(elements.next(), depth + 1);
            separate(elements.hasNext());
        }
        newLine(depth);
        out.append(']');
    }

    private void writeMap(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<?, ?> entry = entries.next();
            if (!(entry.getKey() instanceof String key)) {
                throw new IllegalArgumentException("the JSON key " + entry.getKey() + " is no string");
            }
            newLine(depth + 1);
            writeString(key);
            out.append(": ");
            write(entry.getValue(), depth + 1);
            separate(entries.hasNext());
        }
        newLine(depth);
        out.append('}');
    }

    private void newLine(int depth) {
        if (indent != ON_ONE_LINE) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private void separate(boolean more) {
        if (more) {
            out.append(indent == ON_ONE_LINE ? ", " : ",");
        }
    }

    private void writeString(CharSequence text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static String number(Number number) {
        if (number instanceof Double || number instanceof BigDecimal) {
            return repr(number.doubleValue());
        } else if (number instanceof Float) {
            return repr(Double.parseDouble(number.toString()));
        } else if (number instanceof Integer
                || number instanceof Long
                || number instanceof Short
                || number instanceof Byte
                || number instanceof BigInteger) {
            return number.toString();
        }
        throw new IllegalArgumentException("a " + number.getClass().getName() + " is no JSON number");
    }

    /**
     * Python's {@code repr} of a float: the shortest digits that give the number back, in plain notation if the decimal
     * exponent is from -4 to 15.
     */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        } else if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        String sign = 1 / value < 0 || value < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        if (exponent < -4 || exponent >= 16) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = shortest.toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    // Double.toString gives the shortest digits too, but never fewer than two: 4.9E-324 where one digit is enough.
    private static BigDecimal shortest(double value) {
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (digits.precision() == 2) {
            BigDecimal one = digits.round(new MathContext(1));
            if (one.doubleValue() == value) {
                return one.stripTrailingZeros();
            }
        }
        return digits;
    }
}
