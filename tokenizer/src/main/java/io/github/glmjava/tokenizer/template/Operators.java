package io.github.glmjava.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arithmetic and comparisons, as Python has them. */
final class Operators {
    private Operators() {}

    static Object apply(String operator, @Nullable Object left, @Nullable Object right, Progress progress) {
        if (operator.equals("~")) {
            return concat(Values.text(left), Values.text(right), progress);
        } else if (left instanceof Long a && right instanceof Long b) {
            return integers(operator, a, b);
        } else if (left instanceof Number a && right instanceof Number b) {
            return doubles(operator, a.doubleValue(), b.doubleValue());
        } else if (operator.equals("+") && left instanceof TracedText a && right instanceof TracedText b) {
            return concat(a, b, progress);
        } else if (operator.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
            progress.spend((a.size() + b.size()) * 8L);
            List<@Nullable Object> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
        throw undefined(operator, left, right);
    }

    private static TracedText concat(TracedText left, TracedText right, Progress progress) {
        progress.spend((long) left.length() + right.length());
        return TracedText.concat(List.of(left, right));
    }

    private static TemplateException undefined(String operator, @Nullable Object left, @Nullable Object right) {
        return new TemplateException(
                "'" + operator + "' is not defined for " + Values.typeName(left) + " and " + Values.typeName(right));
    }

    @SuppressWarnings("LongDoubleConversion") // each arm is boxed as what it is
    private static Object integers(String operator, long left, long right) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(left, right);
                case "-" -> Math.subtractExact(left, right);
                case "*" -> Math.multiplyExact(left, right);
                case "/" -> quotient(left, right);
                case "//" -> Math.floorDiv(left, right);
                case "%" -> Math.floorMod(left, right);
                default -> throw undefined(operator, left, right);
            };
        } catch (ArithmeticException e) {
            throw new TemplateException(left + " " + operator + " " + right + ": " + e.getMessage());
        }
    }

    private static double quotient(double left, double right) {
        if (right == 0) {
            throw new ArithmeticException("division by zero");
        }
        return left / right;
    }

    private static Object doubles(String operator, double left, double right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> {
                if (right == 0) {
                    throw new TemplateException("division by zero");
                }
                yield left / right;
            }
            default -> throw undefined(operator, left, right);
        };
    }

    static boolean holds(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> Values.areEqual(left, right);
            case "!=" -> !Values.areEqual(left, right);
            case "in" -> Values.contains(right, left);
            case "not in" -> !Values.contains(right, left);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            default -> throw undefined(operator, left, right);
        };
    }
}
