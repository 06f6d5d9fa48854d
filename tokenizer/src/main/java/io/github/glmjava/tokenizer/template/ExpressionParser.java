package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.template.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses expressions by recursive descent, with the precedence of Jinja's {@code parser.py}. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "is", "not", "if", "in");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    Expression parse() throws TokenizerException {
        tokens.enter();
        Expression value = parseOr();
        while (tokens.takeName("if")) {
            Expression condition = parseOr();
            Expression other =
                    tokens.takeName("else") ? parse() : new Expression.Constant(new Undefined("the missing else"));
            value = new Expression.Choice(value, condition, other);
        }
        tokens.leave();
        return value;
    }

    /** What a loop goes over: an {@code if} behind it belongs to the loop. */
    Expression parseWithoutChoice() throws TokenizerException {
        return parseOr();
    }

    private Expression parseOr() throws TokenizerException {
        Expression left = parseAnd();
        while (tokens.takeName("or")) {
            left = new Expression.Logical(false, left, parseAnd());
        }
        return left;
    }

    private Expression parseAnd() throws TokenizerException {
        Expression left = parseNot();
        while (tokens.takeName("and")) {
            left = new Expression.Logical(true, left, parseNot());
        }
        return left;
    }

    private Expression parseNot() throws TokenizerException {
        if (!tokens.takeName("not")) {
            return parseComparison();
        }
        tokens.enter();
        Expression value = new Expression.Not(parseNot());
        tokens.leave();
        return value;
    }

    private Expression parseComparison() throws TokenizerException {
        Expression first = parseSum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            TemplateToken token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.takeName("in")) {
                operators.add("in");
            } else if (token.is(Kind.NAME, "not") && tokens.nextIs(Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
            }
            others.add(parseSum());
        }
    }

    private Expression parseSum() throws TokenizerException {
        Expression left = parseConcatenation();
        while (tokens.peek().is(Kind.OPERATOR, "+") || tokens.peek().is(Kind.OPERATOR, "-")) {
            left = new Expression.Binary(tokens.next().text(), left, parseConcatenation());
        }
        return left;
    }

    private Expression parseConcatenation() throws TokenizerException {
        Expression left = parseProduct();
        while (tokens.takeOperator("~")) {
            left = new Expression.Binary("~", left, parseProduct());
        }
        return left;
    }

    private Expression parseProduct() throws TokenizerException {
        Expression left = parseSigned(true);
        while (tokens.peek().kind() == Kind.OPERATOR
                && List.of("*", "/", "//", "%").contains(tokens.peek().text())) {
            left = new Expression.Binary(tokens.next().text(), left, parseSigned(true));
        }
        return left;
    }

    private Expression parseSigned(boolean withFilters) throws TokenizerException {
        Expression value;
        if (tokens.takeOperator("-")) {
            tokens.enter();
            value = new Expression.Binary("-", new Expression.Constant(0L), parseSigned(false));
            tokens.leave();
        } else {
            value = parsePostfix(parsePrimary());
        }
        return withFilters ? parseFilters(value) : value;
    }

    private Expression parsePrimary() throws TokenizerException {
        TemplateToken token = tokens.next();
        return switch (token.kind()) {
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Constant(TracedText.ofTemplate(text.toString()));
            }
            case INTEGER -> new Expression.Constant(Long.parseLong(token.text()));
            case FLOAT -> new Expression.Constant(Double.parseDouble(token.text()));
            case NAME -> named(token);
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parseParentheses();
                    case "[" -> new Expression.ListOf(parseList("]"));
                    case "{" -> parseMap();
                    default -> throw tokens.malformed(token, "found '" + token.text() + "', expected a value");
                };
            default -> throw tokens.malformed(token, "found " + token.kind() + ", expected a value");
        };
    }

    private Expression named(TemplateToken token) throws TokenizerException {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(null);
            default ->
                tokens.peek().is(Kind.OPERATOR, "(")
                        ? new Expression.Call(token.text(), parseArguments())
                        : new Expression.Variable(token.text());
        };
    }

    private Expression parseParentheses() throws TokenizerException {
        if (tokens.takeOperator(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression first = parse();
        if (!tokens.takeOperator(",")) {
            tokens.requireOperator(")");
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        elements.addAll(parseList(")"));
        return new Expression.ListOf(elements);
    }

    private List<Expression> parseList(String close) throws TokenizerException {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.takeOperator(close)) {
            elements.add(parse());
            if (!tokens.peek().is(Kind.OPERATOR, close)) {
                tokens.requireOperator(",");
            }
        }
        return elements;
    }

    private Expression parseMap() throws TokenizerException {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.takeOperator("}")) {
            keys.add(parse());
            tokens.requireOperator(":");
            values.add(parse());
            if (!tokens.peek().is(Kind.OPERATOR, "}")) {
                tokens.requireOperator(",");
            }
        }
        return new Expression.MapOf(keys, values);
    }

    private Expression parsePostfix(Expression start) throws TokenizerException {
        Expression value = start;
        while (true) {
            if (tokens.takeOperator(".")) {
                value = parseMember(value);
            } else if (tokens.takeOperator("[")) {
                value = parseSubscript(value);
            } else {
                return value;
            }
        }
    }

    private Expression parseMember(Expression value) throws TokenizerException {
        TemplateToken token = tokens.next();
        if (token.kind() == Kind.INTEGER) {
            return new Expression.Part(value, new Expression.Constant(Long.parseLong(token.text())));
        } else if (token.kind() != Kind.NAME) {
            throw tokens.malformed(token, "expected a name behind the dot");
        }
        if (!tokens.peek().is(Kind.OPERATOR, "(")) {
            return new Expression.Part(value, new Expression.Constant(TracedText.ofTemplate(token.text())));
        }
        if (!Methods.exists(token.text())) {
            throw tokens.malformed(token, "unknown method '" + token.text() + "'");
        }
        return new Expression.MethodCall(value, token.text(), parseArguments());
    }

    private Expression parseSubscript(Expression value) throws TokenizerException {
        Expression from = tokens.peek().is(Kind.OPERATOR, ":") ? null : parse();
        if (from != null && tokens.takeOperator("]")) {
            return new Expression.Part(value, from);
        }
        tokens.requireOperator(":");
        Expression to = tokens.peek().is(Kind.OPERATOR, "]") ? null : parse();
        tokens.requireOperator("]");
        return new Expression.Slice(value, from, to);
    }

    private Expression.Arguments parseArguments() throws TokenizerException {
        tokens.requireOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.takeOperator(")")) {
            TemplateToken token = tokens.peek();
            if (token.kind() == Kind.NAME && tokens.nextIs(Kind.OPERATOR, "=")) {
                tokens.next();
                tokens.next();
                if (named.put(token.text(), parse()) != null) {
                    throw tokens.malformed(token, "'" + token.text() + "' is given twice");
                }
            } else if (named.isEmpty()) {
                positional.add(parse());
            } else {
                throw tokens.malformed(token, "a value without a name behind one with a name");
            }
            if (!tokens.peek().is(Kind.OPERATOR, ")")) {
                tokens.requireOperator(",");
            }
        }
        return new Expression.Arguments(positional, named);
    }

    private Expression parseFilters(Expression start) throws TokenizerException {
        Expression value = start;
        while (true) {
            if (tokens.takeOperator("|")) {
                TemplateToken name = tokens.require(Kind.NAME);
                if (!Filters.exists(name.text())) {
                    throw tokens.malformed(name, "unknown filter '" + name.text() + "'");
                }
                value = new Expression.Filter(value, name.text(), optionalArguments());
            } else if (tokens.takeName("is")) {
                value = parseTest(value);
            } else {
                return value;
            }
        }
    }

    private Expression.Arguments optionalArguments() throws TokenizerException {
        return tokens.peek().is(Kind.OPERATOR, "(") ? parseArguments() : Expression.Arguments.NONE;
    }

    private Expression parseTest(Expression value) throws TokenizerException {
        boolean negated = tokens.takeName("not");
        TemplateToken name = tokens.require(Kind.NAME);
        if (!Tests.exists(name.text())) {
            throw tokens.malformed(name, "unknown test '" + name.text() + "'");
        }
        Expression.Arguments arguments = optionalArguments();
        if (arguments.positional().isEmpty() && startsValue(tokens.peek())) {
            arguments = new Expression.Arguments(List.of(parsePostfix(parsePrimary())), Map.of());
        }
        Expression test = new Expression.Test(value, name.text(), arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private static boolean startsValue(TemplateToken token) {
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !AFTER_TEST.contains(token.text());
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }
}
