package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.template.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Parses a template's tags: {@code if}, {@code for}, {@code set} and {@code macro}; any other is an error. */
final class TemplateParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    private TemplateParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(List<TemplateToken> source, String file) throws TokenizerException {
        TemplateParser parser = new TemplateParser(new TokenStream(source, file));
        List<Statement> statements = parser.parseUntil(Set.of());
        if (parser.tokens.peek().kind() != Kind.END) {
            throw parser.tokens.unexpected("a tag that begins something");
        }
        return statements;
    }

    /** Statements up to a tag with one of the names, of which the name is next, or to the end. */
    private List<Statement> parseUntil(Set<String> ends) throws TokenizerException {
        List<Statement> statements = new ArrayList<>();
        tokens.enter();
        while (true) {
            TemplateToken token = tokens.next();
            if (token.kind() == Kind.DATA) {
                statements.add(new Statement.Data(token.line(), TracedText.ofTemplate(token.text())));
            } else if (token.kind() == Kind.EXPRESSION_BEGIN) {
                statements.add(new Statement.Output(token.line(), expressions.parse()));
                tokens.require(Kind.EXPRESSION_END);
            } else if (token.kind() == Kind.END) {
                if (!ends.isEmpty()) {
                    throw tokens.malformed(token, "the template ends, expected one of " + List.copyOf(ends));
                }
                tokens.leave();
                return statements;
            } else if (ends.contains(tokens.peek().text())) {
                tokens.leave();
                return statements;
            } else {
                statements.add(parseTag(token.line()));
            }
        }
    }

    private Statement parseTag(int line) throws TokenizerException {
        TemplateToken name = tokens.require(Kind.NAME);
        return switch (name.text()) {
            case "if" -> parseIf(line);
            case "for" -> parseFor(line);
            case "set" -> parseSet(line);
            case "macro" -> parseMacro(line);
            default ->
                throw tokens.malformed(
                        name, "found the tag '" + name.text() + "', supported are if, for, set and macro");
        };
    }

    private void endTag() throws TokenizerException {
        tokens.require(Kind.TAG_END);
    }

    private Statement parseIf(int line) throws TokenizerException {
        List<Expression> conditions = new ArrayList<>();
        List<List<Statement>> branches = new ArrayList<>();
        Expression condition = expressions.parse();
        while (true) {
            endTag();
            boolean last = condition instanceof Expression.Constant constant && constant.value() == ELSE;
            conditions.add(last ? new Expression.Constant(true) : condition);
            branches.add(parseUntil(last ? Set.of("endif") : Set.of("elif", "else", "endif")));
            if (tokens.takeName("endif")) {
                endTag();
                return new Statement.If(line, conditions, branches);
            }
            condition = tokens.takeName("else") ? new Expression.Constant(ELSE) : parseElif();
        }
    }

    private static final Object ELSE = new Object();

    private Expression parseElif() throws TokenizerException {
        tokens.requireName("elif");
        return expressions.parse();
    }

    private Statement parseFor(int line) throws TokenizerException {
        List<String> names = new ArrayList<>();
        do {
            names.add(tokens.require(Kind.NAME).text());
        } while (tokens.takeOperator(","));
        tokens.requireName("in");
        Expression elements = expressions.parseWithoutChoice();
        Expression condition = tokens.takeName("if") ? expressions.parse() : null;
        endTag();
        List<Statement> body = parseUntil(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (tokens.takeName("else")) {
            endTag();
            otherwise = parseUntil(Set.of("endfor"));
        }
        tokens.requireName("endfor");
        endTag();
        return new Statement.For(line, names, elements, condition, body, otherwise);
    }

    private Statement parseSet(int line) throws TokenizerException {
        String name = tokens.require(Kind.NAME).text();
        String field = tokens.takeOperator(".") ? tokens.require(Kind.NAME).text() : "";
        tokens.requireOperator("=");
        Expression value = expressions.parse();
        endTag();
        return field.isEmpty()
                ? new Statement.Set(line, name, value)
                : new Statement.SetField(line, name, field, value);
    }

    private Statement parseMacro(int line) throws TokenizerException {
        String name = tokens.require(Kind.NAME).text();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new TreeMap<>();
        tokens.requireOperator("(");
        while (!tokens.takeOperator(")")) {
            parameters.add(tokens.require(Kind.NAME).text());
            if (tokens.takeOperator("=")) {
                defaults.put(parameters.getLast(), expressions.parse());
            }
            if (!tokens.peek().is(Kind.OPERATOR, ")")) {
                tokens.requireOperator(",");
            }
        }
        endTag();
        List<Statement> body = parseUntil(Set.of("endmacro"));
        tokens.requireName("endmacro");
        endTag();
        return new Statement.MacroDefinition(line, name, parameters, defaults, body);
    }
}
